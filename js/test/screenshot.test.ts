import { beforeEach, expect, it, vi } from "vitest";
import { photograph } from "../src/ui/dom-to-canvas";
import { resize } from "./browser";
import { opened } from "./opened-viewer";

vi.mock("../src/ui/dom-to-canvas", () => ({ photograph: vi.fn(), DRAW_NOW: "peakvi-draw" }));
const taken = vi.mocked(photograph);
const picture = { toDataURL: () => "data:image/png;base64,iVBORw0KGgo=" };

beforeEach(() => {
  taken.mockReset();
  taken.mockResolvedValue(picture as unknown as HTMLCanvasElement);
  document.body.replaceChildren();
});

async function viewer() {
  const made = await opened();
  const cells = document.createElement("div");
  cells.className = "pv-scatter";
  made.slot("embedding").append(cells);
  for (const part of [made.frame, cells]) resize(part, 300, 200);
  const ask = async (number: number, canvas_only = true) => {
    made.model.set("picture_asked", { number, canvas_only });
    await vi.waitFor(() => expect(made.sent).toHaveLength(1));
    return made.sent.pop();
  };
  return { ...made, cells, ask };
}

it("sends the cells alone, or the whole window, once for each request", async () => {
  const { ask, cells, frame, model, sent } = await viewer();
  const answer = { intent: "picture", png: "iVBORw0KGgo=", why: "" };
  expect(await ask(1)).toEqual({ ...answer, number: 1 });
  expect(await ask(2, false)).toEqual({ ...answer, number: 2 });
  expect(taken.mock.calls.map(([part]) => part)).toEqual([cells, frame]);
  model.set("picture_asked", { number: 0, canvas_only: true });
  model.set("picture_asked", { number: 2, canvas_only: false });
  await Promise.resolve();
  expect(sent).toEqual([]);
});

it("says why there is none, so that Python does not wait", async () => {
  const { ask, cells } = await viewer();
  taken.mockRejectedValueOnce(new Error("this browser has no canvas"));
  expect(await ask(1)).toMatchObject({ number: 1, png: "", why: "this browser has no canvas" });
  resize(cells, 0, 0);
  expect(await ask(2)).toMatchObject({ png: "", why: "the viewer is not visible" });
  const png = "a".repeat(7_000_001);
  const large = { toDataURL: () => `data:image/png;base64,${png}` };
  taken.mockResolvedValueOnce(large as unknown as HTMLCanvasElement);
  resize(cells, 300, 200);
  expect(await ask(3)).toMatchObject({ png: "", why: "the picture is too large to send" });
});

it("answers no more when the view is gone", async () => {
  const { end, model, sent } = await viewer();
  model.set("picture_asked", { number: 1, canvas_only: true });
  end.abort();
  await new Promise((done) => setTimeout(done));
  expect(sent).toEqual([]);
});
