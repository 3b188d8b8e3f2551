import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PANELS } from "../src/contract";
import { point, requestAllowed } from "../src/panel-events";
import { h, READ_ONLY_CONTROL, select } from "../src/ui/dom";
import { whyFrozen } from "../src/viewer/banner";
import { kernelWords } from "../src/viewer/status-line";
import { opened, STATE } from "./opened-viewer";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

/** As a JupyterLab has its kernel. */
function hostKernel() {
  type Slot = (sender?: unknown, content?: object) => void;
  const signal = () => {
    const slots = new Set<Slot>();
    const hostSignal = {
      connect: (slot: Slot) => slots.add(slot),
      disconnect: (slot: Slot) => slots.delete(slot),
    };
    return { slots, hostSignal };
  };
  const { slots, hostSignal } = signal();
  const published = signal();
  const requestKernelInfo = vi.fn(() => Promise.resolve());
  const kernel = {
    ...{ status: "idle", connectionStatus: "connected", isDisposed: false, requestKernelInfo },
    ...{ statusChanged: hostSignal, connectionStatusChanged: hostSignal, disposed: hostSignal },
    iopubMessage: published.hostSignal,
  };
  /** A message of the kernel with this session id. */
  const publish = (session: string, execution_state: string, msg_type = "status") => {
    const message = { header: { msg_type, session }, content: { execution_state } };
    for (const slot of [...published.slots]) slot(kernel, message);
  };
  const say = (changes: Partial<typeof kernel>) => {
    Object.assign(kernel, changes);
    for (const slot of [...slots]) slot();
  };
  const more = { widget_manager: { kernel } };
  return { more, say, slots, publish, published, requestKernelInfo };
}

async function withPanel(host: object = {}) {
  const made = await opened({}, "", host);
  const ask = (wish: string) => requestAllowed(made.slot("training_monitor"), wish);
  const pings = () => made.sent.filter((one) => (one as { intent: string }).intent === "ping");
  const answer = () => made.model.set("pong", (pings().at(-1) as { number: number }).number);
  const state = () => made.at("kernel-state").textContent;
  return { ...made, ask, pings, answer, state };
}

describe("a kernel that answers", () => {
  it("gets no message while nothing is requested", async () => {
    const { pings, state } = await withPanel();
    vi.advanceTimersByTime(600_000);
    expect(pings()).toEqual([]);
    expect(state()).toBe("kernel idle");
  });

  it("gets one ping for requests that come together, and one more for later ones", async () => {
    const { ask, pings, answer, state } = await withPanel();
    ask("train");
    ask("color_by");
    vi.advanceTimersByTime(200);
    expect(pings().length).toBe(1);
    ask("make_group");
    vi.advanceTimersByTime(200);
    expect(pings().length).toBe(1);
    answer();
    vi.advanceTimersByTime(200);
    expect(pings().length).toBe(2);
    answer();
    vi.advanceTimersByTime(600_000);
    expect(pings().length).toBe(2);
    expect(state()).toBe("kernel idle");
  });

  it("lists what was asked for, not the questions while a line is drawn", async () => {
    const { ask, pings, state } = await withPanel();
    expect(ask("look_inside")).toBe(true);
    vi.advanceTimersByTime(600_000);
    expect(pings()).toEqual([]);
    ask("lasso");
    ask("look_inside");
    vi.advanceTimersByTime(5000);
    expect(state()).toMatch(/waiting: lasso$/);
  });

  it("is not taken to answer by another view's ping", async () => {
    const { ask, pings, model, state } = await withPanel();
    ask("train");
    vi.advanceTimersByTime(200);
    model.set("pong", (pings()[0] as { number: number }).number + 1);
    vi.advanceTimersByTime(2000);
    expect(state()).toContain("kernel busy");
  });
});

describe("a kernel that does not answer within two seconds", () => {
  it("is busy with a cell; waiting requests are shown, and settle when it answers", async () => {
    const { ask, answer, state } = await withPanel();
    ask("train");
    ask("make_group");
    ask("make_group");
    vi.advanceTimersByTime(1900);
    expect(state()).toBe("kernel idle");
    vi.advanceTimersByTime(400);
    expect(state()).toBe("kernel busy: a cell is running; waiting: train, make group");
    answer();
    expect(state()).toBe("kernel idle");
  });

  it.each(["idle", "busy", "starting"])("is gone where another one speaks: %s", async (status) => {
    const { more, say, publish, requestKernelInfo } = hostKernel();
    const { ask, at } = await withPanel(more);
    publish("one", "idle");
    say({ status }); // what a restart elsewhere leaves there is chance
    ask("train");
    vi.advanceTimersByTime(2200);
    expect(requestKernelInfo).toHaveBeenCalledTimes(1); // it is asked who it is, once
    publish("one", "busy");
    publish("the server", "restarting elsewhere");
    publish("the server", "", "stream");
    vi.advanceTimersByTime(10_000);
    expect(requestKernelInfo).toHaveBeenCalledTimes(1);
    expect(at("banner").hidden).toBe(true);
    publish("two", "busy");
    vi.advanceTimersByTime(2000);
    expect(at("banner").textContent).toContain("The kernel stopped");
  });

  it("is busy beside a kernel that has nothing to do: its widgets' subshell may be", async () => {
    const { more, publish } = hostKernel();
    const { ask, at, state } = await withPanel(more);
    publish("one", "idle");
    ask("train");
    vi.advanceTimersByTime(60_000);
    expect([state().slice(0, 11), at("banner").hidden]).toEqual(["kernel busy", true]);
  });
});

describe("what the host says", () => {
  it.each(["dead", "restarting", "autorestarting", "terminating"])("%s: gone", async (status) => {
    const { more, say } = hostKernel();
    const { at, ask, state, frame } = await withPanel(more);
    expect(at("banner").hidden).toBe(true);
    say({ status });
    say({ status: "idle" }); // the next one, which knows nothing of this viewer
    expect(state()).toBe("kernel stopped");
    expect(at("banner").textContent).toBe(
      "The kernel stopped. This view is read-only; run the cell again.",
    );
    expect(ask("train")).toBe(false);
    expect(frame.hasAttribute("data-frozen")).toBe(true);
  });

  it("a lost connection is shown, requests are still sent, and it may return", async () => {
    const { more, say } = hostKernel();
    const { at, ask, state } = await withPanel(more);
    say({ connectionStatus: "connecting" });
    expect([state(), at("banner").dataset.kind]).toEqual(["kernel unreachable", "lost"]);
    expect(ask("train")).toBe(true);
    say({ connectionStatus: "connected" });
    expect(at("banner").hidden).toBe(true);
  });

  it("a cell that runs for a second is shown, though requests are answered meanwhile", async () => {
    const { more, say } = hostKernel();
    const { state } = await withPanel(more);
    say({ status: "busy" });
    say({ status: "idle" });
    vi.advanceTimersByTime(5000);
    expect(state()).toBe("kernel idle");
    say({ status: "busy" });
    vi.advanceTimersByTime(1100);
    expect(state()).toBe("kernel busy (responding)");
  });

  it("is ignored once the viewer has ended", async () => {
    const { more, slots, published } = hostKernel();
    const { end, ask } = await withPanel(more);
    ask("train");
    expect([slots.size, published.slots.size]).toEqual([1, 1]);
    end.abort();
    expect([slots.size, published.slots.size]).toEqual([0, 0]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("a widget that is marked as disconnected has no kernel", async () => {
    const { tell, el, state } = await withPanel();
    tell("comm_live_update");
    expect(state()).toBe("kernel idle");
    el.classList.add("jupyter-widgets-disconnected");
    tell("comm_live_update");
    expect(state()).toBe("kernel stopped");
  });
});

describe("with no kernel behind it", () => {
  const gone = async () => {
    const { more, say } = hostKernel();
    const made = await withPanel(more);
    made.model.set("undo_label", "lasso");
    say({ status: "dead" });
    return made;
  };

  it("nothing is sent", async () => {
    const { at, sent, key } = await gone();
    at("viewer-undo").click();
    key("z", { ctrlKey: true });
    expect(sent).toEqual([]);
  });

  it("no field can be changed but those that only look", async () => {
    const { more, say } = hostKernel();
    const { slot } = await withPanel(more);
    const { signal: ended } = new AbortController();
    const column = select(["batch"], () => {}, { ended });
    const delta = h("input", { type: "number" });
    const filter = h("input", READ_ONLY_CONTROL);
    slot("embedding").append(column, delta, filter);
    const disabled = () => [column.disabled, delta.disabled, filter.disabled];
    say({ connectionStatus: "connecting" });
    expect(disabled()).toEqual([false, false, false]);
    say({ status: "dead" });
    expect(disabled()).toEqual([true, true, false]);
  });

  it("nothing is said to run any more", async () => {
    const { more, say } = hostKernel();
    const { model, at } = await withPanel(more);
    model.set("n_cells", 100);
    model.set("training", "running");
    model.set("da_state", "running");
    model.set("task", {
      name: "training",
      text: "epoch 12 of 50",
      progress: 0.2,
      waiting: 2,
      can_halt: false,
    });
    const said = () =>
      ["model-state", "comparison-state", "task", "waiting", "elapsed"].map(
        (id) => at(id).textContent,
      );
    vi.advanceTimersByTime(3000);
    expect(said().join("|")).toBe("training|comparing|epoch 12 of 50, 20 %|2 more waiting|0:03");
    say({ status: "restarting" });
    expect(said()).toEqual(["training interrupted", "comparison interrupted", "", "", ""]);
    expect(at("task-progress").hidden).toBe(true);
  });

  it("the window can be arranged, and nothing is saved", async () => {
    const { at, layout, saved } = await gone();
    at("fold-left").click();
    expect(layout().left_open).toBe(false);
    expect(saved).toEqual([]);
  });

  it("the palette has the commands that need no Python", async () => {
    const { at, el } = await gone();
    at("search").click();
    const field = el.querySelector<HTMLInputElement>("[data-testid=palette] input");
    const rows = () =>
      [...el.querySelectorAll<HTMLElement>("[data-testid=palette-row]")].map((row) => [
        row.textContent?.slice(0, 5),
        row.getAttribute("aria-disabled"),
      ]);
    for (const [word, disabled] of [
      ["undo", "true"],
      ["shortcuts", null],
    ] as const) {
      if (field) field.value = word;
      field?.dispatchEvent(new Event("input", { bubbles: true }));
      expect(rows()[0]?.[1] ?? null).toBe(disabled);
    }
  });

  it("elapsed seconds stand still", async () => {
    const { more, say } = hostKernel();
    const made = await withPanel(more);
    made.model.set("task", {
      name: "training",
      text: "",
      progress: 0.1,
      waiting: 0,
      can_halt: false,
    });
    vi.advanceTimersByTime(65_000);
    expect(made.at("elapsed").textContent).toBe("1:05");
    say({ status: "dead" });
    vi.advanceTimersByTime(5000);
    expect(made.at("elapsed").textContent).toBe("");
  });
});

describe("superseded", () => {
  const TEXT = "The cell that made this viewer was run again, as [7].";

  it("says so, keeps the picture and asks nothing more", async () => {
    const { model, at, ask, docked } = await withPanel();
    model.set("superseded", TEXT);
    expect(at("banner").textContent).toBe(`${TEXT} Run this cell to see the newer one.`);
    expect(ask("train")).toBe(false);
    expect(docked.length).toBe(PANELS.length);
  });

  it("is all that is drawn again: its panels are closed", async () => {
    const { el, docked, listening, end } = await opened({ superseded: TEXT });
    expect(docked).toEqual([]);
    expect(el.textContent).toBe(`${TEXT} Run this cell to see the newer one.`);
    end.abort();
    expect(listening()).toBe(0);
  });
});

it("shows the cell that is pointed at, and how many notices there are", async () => {
  const { at, slot, model, seen } = await opened({ ...STATE, n_notices: 1 });
  point(slot("embedding"), "AAAC-1 · B · 1,377 counts");
  expect(at("pointed").textContent).toBe("AAAC-1 · B · 1,377 counts");
  expect(at("notices").textContent).toBe("1 notice");
  at("notices").click();
  expect(seen().length).toBeGreaterThan(0);
  expect(slot("log_panel").closest("[hidden]")).toBeNull();
  model.set("n_notices", 0);
  expect(at("notices").hidden).toBe(true);
});

it("offers to cancel only what can be cancelled", async () => {
  const { at, model, sent } = await opened();
  const task = (name: string, can_halt: boolean) =>
    model.set("task", { name, text: "", progress: -1, waiting: 0, can_halt });
  expect(at("halt").hidden).toBe(true);
  task("training", false);
  expect(at("halt").hidden).toBe(true);
  task("opening", true);
  at("halt").click();
  expect(sent).toEqual([{ intent: "halt" }]);
  task("opening", false);
  expect(at("halt").hidden).toBe(true);
});

it("has words for each state", () => {
  expect(kernelWords("busy", [])).toBe("kernel busy: a cell is running");
  expect(kernelWords("gone", ["train"])).toBe("kernel stopped");
  expect(whyFrozen("idle", "")).toBe("");
  expect(whyFrozen("busy", "")).toBe("");
});
