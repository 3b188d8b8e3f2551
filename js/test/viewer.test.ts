import type { RenderProps } from "@anywidget/types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commandsOf } from "../src/commands";
import { type Layout, type Task, TRAINING_COMMANDS, type ViewerState } from "../src/contract";
import { modelWords, taskWords } from "../src/parts/status";
import viewer from "../src/viewer";
import { resize, watching } from "./browser";
import { fakeModel } from "./fake-model";

const IDLE: Task = { name: "", text: "", progress: -1, waiting: 0 };
const LAYOUT: Layout = {
  height: null,
  left: null,
  right: null,
  bottom: null,
  left_open: true,
  right_open: true,
  bottom_open: true,
  left_tab: "",
  right_tab: "",
  bottom_tab: "",
};
const STATE: ViewerState = {
  bindings: [],
  code: "ref-code",
  docked: [],
  window_layout: LAYOUT,
  data: "ref-data",
  differential: "ref-differential",
  embedding: "ref-embedding",
  training_monitor: "ref-training",
  volcano: "ref-volcano",
  da_state: "none",
  n_cells: 9440,
  n_regions: 9295,
  notice: { number: 0, level: "info", text: "" },
  source: "/data/pbmc10k.h5ad",
  task: IDLE,
  training: "untrained",
  undo_label: "",
};

/** Stands in for the training panel: what it offers, and what of it was done. */
function trainingCommands(el: HTMLElement, ended: AbortSignal, done: string[]) {
  const deed = (id: string) => ({ run: () => void done.push(id), able: () => id !== "pause" });
  commandsOf({ el, ended }, TRAINING_COMMANDS, {
    train: deed("train"),
    stop: deed("stop"),
    pause: deed("pause"),
    restart: deed("restart"),
  });
}

async function opened(state: Partial<ViewerState> = {}, broken = "") {
  const fake = fakeModel({ ...STATE, ...state });
  const el = document.createElement("div");
  document.body.append(el);
  const end = new AbortController();
  const docked: string[] = [];
  const pressed: string[] = [];
  const host = {
    async getWidget(ref: string) {
      if (ref === broken) throw new Error("model not found");
      return {
        exports: {},
        async render({ el: into }: { el: HTMLElement }) {
          docked.push(ref);
          into.append(ref);
          if (ref === "ref-training") trainingCommands(into, end.signal, pressed);
        },
      };
    },
  };
  const props = { model: fake.model, el, host, signal: end.signal };
  await viewer.render(props as unknown as RenderProps<ViewerState>);
  const at = <E extends HTMLElement = HTMLButtonElement>(id: string) =>
    el.querySelector<E>(`[data-testid="${id}"]`) as E;
  const slot = (name: string) =>
    el.querySelector<HTMLElement>(`[data-slot=${name}]`) as HTMLElement;
  const layout = () => fake.model.get("window_layout") as Layout;
  const seen = () =>
    ["data", "training_monitor", "embedding", "differential", "volcano", "code"].filter(
      (name) => !slot(name).closest("[hidden]"),
    );
  const key = (key: string, of: KeyboardEventInit = {}, on: HTMLElement = at("viewer")) => {
    const event = new KeyboardEvent("keydown", {
      key,
      bubbles: true,
      cancelable: true,
      composed: true,
      ...of,
    });
    on.dispatchEvent(event);
    return event;
  };
  const frame = at<HTMLElement>("viewer");
  return { ...fake, el, end, docked, pressed, at, slot, seen, key, frame, layout };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

it("docks every panel once and asks nothing by it", async () => {
  const { docked, slot, sent, saved } = await opened();
  expect(docked.sort()).toEqual(
    ["code", "data", "differential", "embedding", "training", "volcano"].map((n) => `ref-${n}`),
  );
  expect(slot("training_monitor").textContent).toBe("ref-training");
  expect([sent, saved]).toEqual([[], []]);
});

it("draws the others when one panel cannot be drawn, and says which", async () => {
  const { slot, docked } = await opened({}, "ref-volcano");
  expect(docked.length).toBe(5);
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
    expect(seen().at(-1)).toBe("code");
    expect(document.activeElement).toBe(at("tab-code"));
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

describe("narrow", () => {
  it("keeps the canvas and makes tabs of all else, the loader first while there is no data", async () => {
    const { seen, at, frame } = await opened({ n_cells: 0 });
    resize(frame, 600, 760);
    expect(seen()).toEqual(["data", "embedding"]);
    at("tab-training_monitor").click();
    expect(seen()).toEqual(["training_monitor", "embedding"]);
    at("tab-volcano").click();
    expect(seen()).toEqual(["embedding", "volcano"]);
  });

  it("becomes wide again with the tab that was chosen below", async () => {
    const { seen, at, frame } = await opened();
    resize(frame, 600, 760);
    at("tab-volcano").click();
    at("tab-data").click();
    resize(frame, 1200, 640);
    expect(seen()).toEqual(["data", "training_monitor", "embedding", "volcano"]);
  });

  it("does not change while the notebook has it detached", async () => {
    const { seen, frame } = await opened();
    resize(frame, 1200, 640);
    resize(frame, 0, 0);
    expect(seen().length).toBe(4);
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
    const deeds = { fit: { run: () => void done.push("fit") } };
    commandsOf({ el: into, ended: new AbortController().signal }, table, deeds);
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
    const heard: string[] = [];
    const hear = (event: KeyboardEvent) => heard.push(event.key);
    document.addEventListener("keydown", hear);
    key("t");
    key("a");
    key("t", { ctrlKey: true });
    document.removeEventListener("keydown", hear);
    expect(heard).toEqual(["a", "t"]);
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

  it("names work whose state stands nowhere else", () => {
    const task = { name: "opening", text: "reading pbmc10k", progress: -1, waiting: 0 };
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

describe("edges", () => {
  const sized = async () => {
    const made = await opened();
    resize(made.frame, 1200, 640);
    const dock = (area: string) => made.el.querySelector<HTMLElement>(`[data-area=${area}]`);
    resize(dock("left") as HTMLElement, 248, 576);
    resize(dock("bottom") as HTMLElement, 950, 240);
    return made;
  };
  const point = (on: Element, type: string, x: number, y: number) =>
    on.dispatchEvent(new PointerEvent(type, { clientX: x, clientY: y, button: 0, bubbles: true }));
  const size = ({ frame }: Awaited<ReturnType<typeof sized>>, name: string) =>
    frame.style.getPropertyValue(name);

  it("are dragged: the left dock wider, the table higher, the window higher", async () => {
    const made = await sized();
    for (const [id, x, y] of [
      ["edge-left", 40, 0],
      ["edge-bottom", 0, -50],
      ["edge-height", 0, 100],
    ] as const) {
      point(made.at(id), "pointerdown", 0, 0);
      point(made.at(id), "pointermove", x, y);
      point(made.at(id), "pointerup", x, y);
      point(made.at(id), "pointermove", 999, 999);
    }
    expect(size(made, "--pv-left")).toBe("288px");
    expect(size(made, "--pv-bottom")).toBe("290px");
    expect(size(made, "--pv-height")).toBe("740px");
  });

  it("leave room for what is beside them", async () => {
    const made = await sized();
    point(made.at("edge-left"), "pointerdown", 0, 0);
    point(made.at("edge-left"), "pointermove", 5000, 0);
    expect(size(made, "--pv-left")).toBe("780px");
    point(made.at("edge-left"), "pointermove", -5000, 0);
    expect(size(made, "--pv-left")).toBe("190px");
  });

  it("move by keys, and go back by a double click", async () => {
    const made = await sized();
    made.key("ArrowUp", {}, made.at("edge-bottom"));
    expect(size(made, "--pv-bottom")).toBe("256px");
    expect(made.at("edge-bottom").getAttribute("aria-valuenow")).toBe("256");
    made.at("edge-bottom").dispatchEvent(new MouseEvent("dblclick"));
    expect(size(made, "--pv-bottom")).toBe("");
  });
});

it("lets go of everything when it ends", async () => {
  const { end, listening, frame, slot, key, pressed } = await opened();
  expect(watching(frame)).toBe(1);
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
