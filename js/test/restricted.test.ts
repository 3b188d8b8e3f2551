/** On a restricted server nothing is offered that Python would refuse. */
import { afterEach, expect, it } from "vitest";
import { commandItemsIn } from "../src/commands";
import type { Access, CodeState } from "../src/contract";
import code from "../src/panels/code";
import { fakeModel } from "./fake-model";
import { OPEN, opened as openedData } from "./opened-data";
import { opened as openedViewer } from "./opened-viewer";

const NOTHING: Access = { opening: false, saving: false, variables: false };
const A_FOLDER: Access = { opening: true, saving: false, variables: false };

afterEach(() => document.body.replaceChildren());

it("shows the ways to open that there are", () => {
  const ways = (access: Access) =>
    [...openedData({ access }).at("open-from").querySelectorAll("[role=radio]")].map(
      (way) => way.textContent,
    );
  expect(ways(A_FOLDER)).toEqual(["File", "Example"]);
  expect(ways(NOTHING)).toEqual(["Example"]);
});

it("begins with the examples where nothing else can be opened", () => {
  const { at } = openedData({ access: NOTHING });
  expect(at("dataset-pbmc10k").textContent).toContain("pbmc10k");
});

it("offers to load a model from the folder, and never to save one", () => {
  const folder = openedData({ ...OPEN, training: "trained", access: A_FOLDER });
  expect(folder.at("model-file").hidden).toBe(false);
  expect(folder.at("load-model").hidden).toBe(false);
  expect(folder.at("save-model").hidden).toBe(true);
  expect(folder.at("overwrite").closest<HTMLElement>("label")?.hidden).toBe(true);
  document.body.replaceChildren();
  expect(openedData({ ...OPEN, access: NOTHING }).at("model-file").hidden).toBe(true);
});

it("offers downloads of the code, and no file on the server", () => {
  const state: CodeState = {
    access: A_FOLDER,
    script_head: "",
    script_body: "",
    script_tail: "",
    source: "pbmc10k",
    download: { number: 0, name: "", text: "" },
    notice: { number: 0, level: "info", text: "" },
    task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
  };
  const el = document.createElement("div");
  code.render({ model: fakeModel({ ...state }).model, el, signal: new AbortController().signal });
  expect(el.querySelector<HTMLElement>(".pv-files")?.hidden).toBe(true);
  expect(el.querySelector("[data-testid=download-script]")).not.toBeNull();
});

it("has no command of the window that reads or writes a file", async () => {
  const files = ["open_session", "save_session", "save_script", "save_notebook"];
  const offered = async (access: Access) => {
    document.body.replaceChildren();
    const { el } = await openedViewer({ access });
    return commandItemsIn([el])
      .map(({ id }) => id)
      .filter((id) => files.includes(id));
  };
  expect(await offered(NOTHING)).toEqual([]);
  expect(await offered(A_FOLDER)).toEqual(["open_session"]);
  expect(await offered({ opening: true, saving: true, variables: true })).toEqual(files);
});
