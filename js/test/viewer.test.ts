import type { RenderProps } from "@anywidget/types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commandsOf } from "../src/commands";
import { PANELS, type ViewerState } from "../src/contract";
import viewer from "../src/viewer";
import { modelWords, taskWords } from "../src/viewer/status-line";
import { resize, watching } from "./browser";
import { fakeModel } from "./fake-model";
import { IDLE, opened, STATE } from "./opened-viewer";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

it("docks every panel once and asks nothing by it", async () => {
  const { docked, slot, sent, saved } = await opened();
  expect(docked.sort()).toEqual(PANELS.map(({ module }) => `ref-${module}`).sort());
  expect(slot("training_monitor").textContent).toBe("ref-training");
  expect([sent, saved]).toEqual([[], []]);
});

it("draws the others when one panel cannot be drawn, and says which", async () => {
  const { slot, docked } = await opened({}, "ref-volcano");
  expect(docked.length).toBe(PANELS.length - 1);
  expect(slot("volcano").querySelector("[role=alert]")?.textContent).toContain("model not found");
});

it("says what is open", async () => {
  const { el, model } = await opened();
  const file = el.querySelector<HTMLElement>(".pv-file");
  expect(file?.textContent).toBe("pbmc10k.h5ad · 9,440 cells × 9,295 regions");
  expect(file?.title).toBe("/data/pbmc10k.h5ad");
  model.set("n_cells", 0);
  expect(file?.textContent).toBe("no data yet");
});

describe("wide", () => {
  const wide = async (state: Partial<ViewerState> = {}) => {
    const made = await opened(state);
    resize(made.frame, 1200, 640);
    return made;
  };

  it("shows data and training beside the canvas, one tab below", async () => {
    const { seen, at } = await wide();
    expect(seen()).toEqual(["data", "training_monitor", "embedding", "differential"]);
    expect(at("tab-data")).toBeNull();
    at("tab-code").click();
    expect(seen()).toEqual(["data", "training_monitor", "embedding", "code"]);
    expect(at("tab-code").getAttribute("aria-selected")).toBe("true");
  });

  it("moves among its tabs by keys and keeps those keys to itself", async () => {
    const { at, seen, key } = await wide();
    const event = key("ArrowLeft", {}, at("tab-differential"));
    const last = PANELS.at(-1)?.name;
    expect(seen().at(-1)).toBe(last);
    expect(document.activeElement).toBe(at(`tab-${last}`));
    expect(event.defaultPrevented).toBe(true);
    key("Home", {}, at("tab-code"));
    expect(seen().at(-1)).toBe("differential");
  });

  it("ties each tab to the panel that it opens", async () => {
    const { at, slot } = await wide();
    for (const name of ["differential", "volcano", "code"]) {
      expect(at(`tab-${name}`).getAttribute("aria-controls")).toBe(slot(name).id);
      expect(slot(name).getAttribute("role")).toBe("tabpanel");
      expect(slot(name).getAttribute("aria-labelledby")).toBe(at(`tab-${name}`).id);
    }
    expect(slot("data").hasAttribute("role")).toBe(false);
  });
});

describe("keys", () => {
  it("of a panel act in the whole window", async () => {
    const { key, pressed } = await opened();
    expect(key("t").defaultPrevented).toBe(true);
    key("S");
    expect(pressed).toEqual(["train", "stop"]);
  });

  it("that a person bound are taken from ours, and run in the kernel", async () => {
    const bindings = [{ key: "t", title: "Mine" }];
    const { key, pressed, sent, slot, at } = await opened({ bindings });
    key("t");
    key("t", {}, slot("training_monitor").firstElementChild as HTMLElement);
    const field = document.createElement("input");
    slot("data").append(field);
    key("t", {}, field);
    expect(pressed).toEqual([]);
    expect(sent).toEqual([1, 2].map(() => ({ intent: "press_key", key: "t" })));
    at("help").click();
    expect(at("shortcut-key t").textContent).toContain("Mine");
  });

  it("that move in a list act in their own panel only", async () => {
    const { key, slot } = await opened();
    const into = slot("embedding").firstElementChild as HTMLElement;
    const done: string[] = [];
    const table = { fit: { title: "Fit", keys: ["home"], local: true } };
    const handlers = { fit: { run: () => void done.push("fit") } };
    commandsOf({ el: into, ended: new AbortController().signal }, table, handlers);
    key("Home");
    expect(done).toEqual([]);
    key("Home", {}, into);
    expect(done).toEqual(["fit"]);
  });

  it("Ctrl+Z or Cmd+Z goes back when there is something to undo", async () => {
    const { key, sent, model } = await opened();
    key("z", { ctrlKey: true });
    expect(sent).toEqual([]);
    model.set("undo_label", "filter");
    key("z", { ctrlKey: true });
    key("z", { metaKey: true });
    expect(sent).toEqual([{ intent: "undo" }, { intent: "undo" }]);
  });

  it.each([
    ["z", { ctrlKey: true, shiftKey: true }],
    ["y", { metaKey: true }],
  ])("bring back what was undone: %s %o", async (name, of) => {
    const { key, sent, model, at } = await opened();
    key(name, of);
    expect(sent).toEqual([]);
    model.set("redo_label", "swap");
    key(name, of);
    expect(at("viewer-redo").title).toBe("Redo swap (Ctrl+Shift+Z)");
    at("viewer-redo").click();
    expect(sent).toEqual([{ intent: "redo" }, { intent: "redo" }]);
  });

  it.each(["input", "textarea", "select"])("belong to a text field: %s", async (tag) => {
    const { key, pressed, sent, slot } = await opened({ undo_label: "filter" });
    const field = document.createElement(tag);
    slot("data").append(field);
    const event = key("t", {}, field);
    key("z", { ctrlKey: true }, field);
    expect([pressed, sent]).toEqual([[], []]);
    expect(event.defaultPrevented).toBe(false);
  });

  it("are the panel's that has already answered them", async () => {
    const { key, sent, slot } = await opened({ undo_label: "lasso" });
    const inner = document.createElement("div");
    inner.addEventListener("keydown", (event) => event.preventDefault());
    slot("embedding").append(inner);
    key("z", { ctrlKey: true }, inner);
    expect(sent).toEqual([]);
  });

  it("do not reach the notebook, but all others do", async () => {
    const { key } = await opened();
    const received: string[] = [];
    const receive = (event: KeyboardEvent) => received.push(event.key);
    document.addEventListener("keydown", receive);
    key("t");
    key("a");
    key("t", { ctrlKey: true });
    document.removeEventListener("keydown", receive);
    expect(received).toEqual(["a", "t"]);
  });
});

it("scrolls to a training that begins and stays with it, until the person scrolls", async () => {
  const { model, slot, el } = await opened();
  const scrolled = el.querySelector<HTMLElement>(".pv-scroll") as HTMLElement;
  const grow = (offsetTop: number) => {
    Object.defineProperty(slot("training_monitor"), "offsetTop", {
      configurable: true,
      value: offsetTop,
    });
    resize(slot("training_monitor"), 248, 300);
  };
  grow(400);
  expect(scrolled.scrollTop).toBe(0);
  model.set("training", "running");
  expect(scrolled.scrollTop).toBe(400);
  grow(420);
  expect(scrolled.scrollTop).toBe(420);
  scrolled.dispatchEvent(new Event("wheel"));
  grow(440);
  expect(scrolled.scrollTop).toBe(420);
});

it("undoes by its button, which says what", async () => {
  const { at, model, sent } = await opened();
  expect(at("viewer-undo").disabled).toBe(true);
  model.set("undo_label", "make group");
  expect(at("viewer-undo").title).toBe("Undo make group (Ctrl+Z)");
  at("viewer-undo").click();
  expect(sent).toEqual([{ intent: "undo" }]);
});

describe("status line", () => {
  const texts = ({ at }: Awaited<ReturnType<typeof opened>>) =>
    ["model-state", "comparison-state", "task", "waiting"].map((id) => at(id).textContent);

  it("says what runs, how far it is and what waits", async () => {
    const made = await opened({ training: "running" });
    made.model.set("task", {
      name: "training",
      text: "epoch 12 of 100",
      progress: 0.114,
      waiting: 2,
    });
    expect(texts(made)).toEqual(["training", "", "epoch 12 of 100, 11 %", "2 more waiting"]);
    expect(made.at("task-progress").getAttribute("aria-valuenow")).toBe("11");
    made.model.set("task", IDLE);
    made.model.set("training", "trained");
    made.model.set("da_state", "stale");
    expect(texts(made)).toEqual(["trained", "groups or model changed: compare again", "", ""]);
    expect(made.at("task-progress").hidden).toBe(true);
  });

  it("does not read aloud what changes many times a second", async () => {
    const { at } = await opened();
    expect(at("status").getAttribute("role")).toBe("status");
    expect(at("task").getAttribute("aria-live")).toBe("off");
  });

  it.each([
    ["untrained", 0, "No data"],
    ["untrained", 5, "ready to train"],
    ["stopping", 5, "stopping training"],
  ] as const)("of %s with %i cells: %s", (training, n_cells, words) => {
    expect(modelWords(training, n_cells)).toBe(words);
  });

  it("names work whose state is shown nowhere else", () => {
    const task = {
      name: "opening",
      text: "reading pbmc10k",
      progress: -1,
      waiting: 0,
      can_halt: false,
    };
    expect(taskWords(task, "untrained")).toBe("opening: reading pbmc10k");
    expect(taskWords({ ...task, name: "embedding", text: "" }, "trained")).toBe("embedding");
    expect(taskWords(IDLE, "trained")).toBe("");
  });
});

it("shows notices itself, inside its frame", async () => {
  const { model, frame } = await opened();
  model.set("notice", { number: 1, level: "error", text: "no such file" });
  expect(frame.querySelector(".pv-toasts [data-testid=notice]")?.textContent).toContain("no such");
});

it("lets go of everything when it ends", async () => {
  const { end, listening, frame, slot, key, pressed } = await opened();
  expect(watching(frame)).toBe(2); // the window and its lower edge
  end.abort();
  expect(listening()).toBe(0);
  expect(watching(frame) + watching(slot("training_monitor"))).toBe(0);
  key("t");
  expect(pressed).toEqual([]);
});

it("draws nothing into a page that is gone before its panels came", async () => {
  const end = new AbortController();
  const docked: string[] = [];
  const host = {
    async getWidget(ref: string) {
      end.abort();
      return { exports: {}, render: async () => docked.push(ref) };
    },
  };
  const el = document.createElement("div");
  const { model } = fakeModel({ ...STATE });
  const props = { model, el, host, signal: end.signal };
  await viewer.render(props as unknown as RenderProps<ViewerState>);
  expect(docked).toEqual([]);
});
