/** The docks of the window: tabs, edges, folds, what Python docks, and how it all is remembered. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { resize } from "./browser";
import { LAYOUT, opened } from "./opened-viewer";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
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
    expect(made.layout()).toEqual({ ...LAYOUT, left: 288, bottom: 290, height: 740 });
    expect(made.saved.length).toBe(3); // written when released, not while moving
  });

  it("fold a dock when they are dragged far in, or by Enter", async () => {
    const made = await sized();
    point(made.at("edge-left"), "pointerdown", 0, 0);
    point(made.at("edge-left"), "pointermove", -200, 0);
    point(made.at("edge-left"), "pointerup", -200, 0);
    expect(made.layout()).toEqual({ ...LAYOUT, left_open: false });
    made.key("Enter", {}, made.at("edge-bottom"));
    expect(made.layout().bottom_open).toBe(false);
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

describe("folds", () => {
  it("leave a bar by which the dock comes back, and Python knows", async () => {
    const made = await opened();
    resize(made.frame, 1200, 640);
    made.at("fold-left").click();
    expect(made.layout().left_open).toBe(false);
    expect(made.frame.dataset.left).toBe("folded");
    expect(made.seen()).toEqual(["embedding", "differential"]);
    expect(made.at("fold-left").getAttribute("aria-pressed")).toBe("false");
    made.at("unfold-left").click();
    expect(made.seen()).toContain("data");
    expect(made.at("unfold-left").hidden).toBe(true);
  });

  it("are offered for docks that hold something, where there is room", async () => {
    const { at, frame } = await opened();
    resize(frame, 1200, 640);
    expect([at("fold-left").hidden, at("fold-right").hidden]).toEqual([false, true]);
    resize(frame, 600, 640);
    expect(at("fold-left").hidden).toBe(true);
  });

  it("do not hide what is chosen where it is narrow", async () => {
    const window_layout = { ...LAYOUT, left_open: false, bottom_open: false };
    const { at, frame, seen } = await opened({ window_layout });
    resize(frame, 600, 640);
    at("tab-data").click();
    expect(seen()).toEqual(["data", "embedding"]);
  });
});

describe("a layout that was remembered", () => {
  it("is how the window begins", async () => {
    const window_layout = { ...LAYOUT, left: 300, bottom_tab: "code", height: 900 };
    const { frame, seen, saved } = await opened({ window_layout });
    resize(frame, 1200, 900);
    expect(frame.style.getPropertyValue("--pv-left")).toBe("300px");
    expect(frame.style.getPropertyValue("--pv-height")).toBe("900px");
    expect(seen().at(-1)).toBe("code");
    expect(saved).toEqual([]);
  });

  it("is followed when Python sets another, and falls back where its tab is gone", async () => {
    const { model, frame, seen } = await opened();
    resize(frame, 1200, 640);
    model.set("window_layout", { ...LAYOUT, bottom_tab: "volcano", left: 280 });
    expect(seen().at(-1)).toBe("volcano");
    model.set("window_layout", { ...LAYOUT, bottom_tab: "gone" });
    expect(seen().at(-1)).toBe("differential");
    expect(frame.style.getPropertyValue("--pv-left")).toBe("");
  });
});

describe("a docked widget", () => {
  const docked = [{ name: "mine", area: "right", ref: "anywidget:mine" }] as const;
  const rightOf = (el: HTMLElement) => el.querySelector<HTMLElement>("[data-area=right]");

  it("is in its dock, which is not there without one", async () => {
    const { model, el, frame, slot, at, sent } = await opened();
    resize(frame, 1200, 640);
    expect(rightOf(el)?.hidden).toBe(true);
    model.set("docked", [...docked, { name: "other", area: "right", ref: "anywidget:other" }]);
    await vi.waitFor(() => expect(slot("mine").textContent).toBe("anywidget:mine"));
    expect([rightOf(el)?.hidden, slot("mine").hidden, slot("other").hidden]).toEqual([
      false,
      false,
      true,
    ]);
    at("tab-other").click();
    expect(slot("mine").hidden).toBe(true);
    model.set("docked", []);
    expect([rightOf(el)?.hidden, slot("mine")]).toEqual([true, null]);
    expect(sent).toEqual([]);
  });

  it("is drawn once, whatever comes after it", async () => {
    const { model, docked: drawn } = await opened({ docked: [...docked] });
    model.set("docked", [...docked, { name: "b", area: "bottom", ref: "anywidget:b" }]);
    await vi.waitFor(() => expect(drawn).toContain("anywidget:b"));
    expect(drawn.filter((ref) => ref === "anywidget:mine").length).toBe(1);
  });

  it("of ipywidgets is shown by the notebook, gets Lumino's messages, and is removed", async () => {
    const messages: string[] = [];
    const el = document.createElement("i");
    const view = {
      el,
      luminoWidget: {
        processMessage: ({ type }: { type: string }) => messages.push(`${type} ${el.isConnected}`),
      },
      remove: () => messages.push("removed"),
    };
    const widget_manager = {
      get_model: async (id: string) => id,
      create_view: async (model: unknown) => (model === "7" ? view : undefined),
    };
    const row = { name: "size", area: "left", ref: "IPY_MODEL_7" } as const;
    const { model, slot } = await opened({ docked: [row] }, "", { widget_manager });
    await vi.waitFor(() => expect(slot("size").contains(el)).toBe(true));
    expect(messages).toEqual(["before-attach false", "after-attach true"]);
    model.set("docked", []);
    expect(messages.slice(2)).toEqual(["before-detach true", "after-detach false", "removed"]);
  });

  it("that the notebook cannot show says so in its place", async () => {
    const row = { name: "size", area: "left", ref: "IPY_MODEL_7" } as const;
    const { slot } = await opened({ docked: [row] }, "", { widget_manager: {} });
    await vi.waitFor(() => expect(slot("size").textContent).toContain("anywidgets only"));
  });
});
