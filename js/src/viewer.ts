/** The window: puts each panel in its dock, and owns only what lies between them. */
import type { Host, RenderProps } from "@anywidget/types";
import { signal } from "@preact/signals-core";
import type { ViewerIntent, ViewerState } from "./contract";
import { button, h, s } from "./dom";
import { count } from "./format";
import { notices } from "./notices";
import { definePanel, type Panel } from "./panel";
import { splitter } from "./parts/splitter";
import { statusLine } from "./parts/status";
import { tabs } from "./parts/tabs";

const NARROW = 700; // pixels below which everything but the canvas becomes a tab
const LEFT = ["data", "training_monitor"] as const;
const BOTTOM = ["differential", "volcano", "code"] as const;
const LABELS = {
  data: "Data",
  training_monitor: "Training",
  differential: "Differential accessibility",
  volcano: "Volcano",
  code: "Code",
};
type Tabbed = keyof typeof LABELS;
type Slot = Tabbed | "embedding";

let made = 0;

export default {
  async render(props: RenderProps<ViewerState>) {
    let docked: Promise<unknown> = Promise.resolve();
    definePanel<ViewerState, ViewerIntent>((panel) => {
      docked = draw(panel, props.host);
    }).render(props);
    await docked;
  },
};

function draw(panel: Panel<ViewerState, ViewerIntent>, host: Host): Promise<unknown> {
  const { el, wire, watch, ended } = panel;
  const id = `pv-viewer-${++made}`;
  const training = wire.read("training");

  // what stands where
  const slot = (name: Slot) =>
    h("div", { class: "pv-slot", id: `${id}-${name}`, "data-slot": name });
  const slots: Record<Slot, HTMLElement> = {
    data: slot("data"),
    training_monitor: slot("training_monitor"),
    embedding: slot("embedding"),
    differential: slot("differential"),
    volcano: slot("volcano"),
    code: slot("code"),
  };
  const tab = signal<Tabbed>("differential"); // the one chosen
  const below = signal<Tabbed>("differential"); // the last one chosen that stands below
  const narrow = signal(false);
  const choose = (chosen: Tabbed) => {
    tab.value = chosen;
    if ((BOTTOM as readonly Tabbed[]).includes(chosen)) below.value = chosen;
  };
  const offered = [...LEFT, ...BOTTOM].map((value) => ({
    value,
    label: LABELS[value],
    controls: slots[value].id,
  }));
  const row = tabs(offered, choose, { ended, label: "Panels" });
  const dock = (area: string, ...children: HTMLElement[]) =>
    h("div", { class: "pv-dock", "data-area": area }, ...children);
  const scrolled = h("div", { class: "pv-scroll" }, ...LEFT.map((name) => slots[name]));
  const left = dock("left", scrolled);
  const canvas = dock("canvas", slots.embedding);
  const bottom = dock("bottom", row.el, ...BOTTOM.map((name) => slots[name]));
  const frame = h("div", { class: "pv-viewer", tabindex: -1, "data-testid": "viewer" });
  frame.append(head(panel, frame), left, canvas, bottom, statusLine(panel));

  watch(() => {
    const isNarrow = narrow.value;
    const shown = isNarrow ? tab.value : below.value;
    const isLeft = (LEFT as readonly Tabbed[]).includes(shown);
    frame.dataset.layout = isNarrow ? "narrow" : "wide";
    frame.dataset.open = isLeft ? "left" : "bottom";
    row.show(shown, isNarrow ? [...LEFT, ...BOTTOM] : BOTTOM);
    left.hidden = isNarrow && !isLeft;
    for (const name of [...LEFT, ...BOTTOM]) {
      const isTab = isNarrow || (BOTTOM as readonly Tabbed[]).includes(name);
      slots[name].hidden = isTab && name !== shown;
      if (isTab) slots[name].setAttribute("role", "tabpanel");
      else slots[name].removeAttribute("role");
      if (isTab) slots[name].setAttribute("aria-labelledby", `${slots[name].id}-tab`);
      else slots[name].removeAttribute("aria-labelledby");
    }
  });
  const observer = new ResizeObserver((entries) => {
    const width = entries.at(-1)?.contentRect.width ?? 0;
    if (width < 1) return;
    if (width < NARROW && !narrow.peek() && wire.read("n_cells").peek() === 0) tab.value = "data";
    narrow.value = width < NARROW;
  });
  observer.observe(frame);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });

  const reveal = kept(scrolled, slots.training_monitor, ended);
  const isIdle = () => training.value === "untrained" || training.value === "trained";
  let wasIdle = true;
  watch(() => {
    if (wasIdle && !isIdle()) reveal(); // a training begins: its curves are what to look at
    wasIdle = isIdle();
  });

  for (const edge of edges(frame, left, bottom, ended)) edge.dock.append(edge.el);
  const toasts = notices(panel);
  toasts.classList.add("pv-toasts");
  frame.append(toasts);
  el.append(frame);
  el.addEventListener("keydown", (event) => press(event), { signal: ended });

  function press(event: KeyboardEvent) {
    if (event.defaultPrevented || isTyping(event)) return;
    const key = event.key.toLowerCase();
    const command = event.ctrlKey || event.metaKey;
    if (command && !event.shiftKey && !event.altKey && key === "z") {
      if (wire.read("undo_label").value) wire.ask({ intent: "undo" });
    } else if (!command && !event.altKey && !event.shiftKey && (key === "t" || key === "s")) {
      pressed(key.toUpperCase())?.click();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }
  /** The training panel's own button for a key: it shows at once what was asked for. */
  function pressed(key: string): HTMLButtonElement | undefined {
    const found = slots.training_monitor.querySelectorAll<HTMLButtonElement>(
      `button[aria-keyshortcuts="${key}"]`,
    );
    return [...found].find((button) => !button.hidden);
  }

  return Promise.all(
    (Object.keys(slots) as Slot[]).map((name) =>
      put(host, wire.read(name).value, slots[name], ended),
    ),
  );
}

/** Scroll to a part and stay there while it grows, until a person scrolls. */
function kept(scrolled: HTMLElement, part: HTMLElement, ended: AbortSignal): () => void {
  let follows = false;
  const look = () => {
    if (follows) scrolled.scrollTop = part.offsetTop;
  };
  const let_go = () => {
    follows = false;
  };
  for (const event of ["wheel", "pointerdown", "keydown"]) {
    scrolled.addEventListener(event, let_go, { signal: ended, passive: true });
  }
  const observer = new ResizeObserver(look);
  observer.observe(part);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
  return () => {
    follows = true;
    look();
  };
}

/** Draw one panel in its slot; one that cannot be drawn leaves the others alone. */
async function put(host: Host, ref: string, slot: HTMLElement, ended: AbortSignal) {
  const into = h("div");
  slot.append(into);
  try {
    const panel = await host.getWidget(ref);
    if (!ended.aborted) await panel.render({ el: into, signal: ended });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const text = `This part of the viewer could not be drawn: ${why}. Run the cell again.`;
    into.replaceChildren(h("p", { class: "pv-notice", "data-kind": "error", role: "alert" }, text));
  }
}

/** Name of the program, what is open, undo, and the whole screen. */
function head(
  { wire, watch, ended }: Panel<ViewerState, ViewerIntent>,
  frame: HTMLElement,
): HTMLElement {
  const source = wire.read("source");
  const undo_label = wire.read("undo_label");
  const file = h("span", { class: "pv-file pv-dim" });
  watch(() => {
    const [cells, regions] = [wire.read("n_cells").value, wire.read("n_regions").value];
    const name = source.value.split(/[\\/]/).filter(Boolean).at(-1) ?? "";
    const size = `${count(cells)} cells × ${count(regions)} regions`;
    file.textContent = cells > 0 ? `${name} · ${size}` : "no data yet";
    file.title = source.value;
  });
  const undo = button("Undo", () => wire.ask({ intent: "undo" }), {
    ended,
    testid: "viewer-undo",
    icon: "↶",
  });
  watch(() => {
    const label = undo_label.value;
    undo.disabled = label === "";
    undo.title = label ? `Undo ${label} (Ctrl+Z)` : "There is nothing to undo";
  });
  const whole = button("Whole screen", toggle, {
    ended,
    icon: " ",
    iconOnly: true,
    kind: "ghost",
    testid: "fullscreen",
  });
  const corners = "M1 4V1H4M8 1H11V4M11 8V11H8M4 11H1V8";
  const lines = { d: corners, fill: "none", stroke: "currentColor", "stroke-width": 1.4 };
  whole.firstElementChild?.replaceChildren(
    s("svg", { viewBox: "0 0 12 12", width: 12, height: 12 }, s("path", lines)),
  );
  whole.hidden = !document.fullscreenEnabled;
  function toggle() {
    const { fullscreenElement } = frame.getRootNode() as Document | ShadowRoot;
    if (fullscreenElement === frame) void document.exitFullscreen();
    else void frame.requestFullscreen();
  }
  return h(
    "header",
    { class: "pv-head" },
    h("b", { class: "pv-logo" }, "PeakVI"),
    file,
    h("span", { class: "pv-grow" }),
    undo,
    whole,
  );
}

/** The edges that a person may drag: of the left dock, of the bottom dock, of the window. */
function edges(frame: HTMLElement, left: HTMLElement, bottom: HTMLElement, ended: AbortSignal) {
  const set = (name: string) => (size: number | undefined) => {
    if (size === undefined) frame.style.removeProperty(name);
    else frame.style.setProperty(name, `${size}px`);
  };
  const width = splitter({
    label: "Width of the left dock",
    axis: "x",
    grows: 1,
    size: () => left.offsetWidth,
    bounds: () => ({ low: 190, high: frame.offsetWidth - 420 }),
    change: set("--pv-left"),
    ended,
    testid: "edge-left",
  });
  const split = splitter({
    label: "Height of the table",
    axis: "y",
    grows: -1,
    size: () => bottom.offsetHeight,
    bounds: () => ({ low: 110, high: frame.offsetHeight - 260 }),
    change: set("--pv-bottom"),
    ended,
    testid: "edge-bottom",
  });
  const height = splitter({
    label: "Height of the viewer",
    axis: "y",
    grows: 1,
    size: () => frame.offsetHeight,
    bounds: () => ({ low: 460, high: 2400 }),
    change: set("--pv-height"),
    ended,
    testid: "edge-height",
  });
  width.dataset.side = "end";
  height.dataset.side = "end";
  return [
    { dock: left, el: width },
    { dock: bottom, el: split },
    { dock: frame, el: height },
  ];
}

/** Whether a key goes into a field. */
function isTyping(event: KeyboardEvent): boolean {
  const [at] = event.composedPath();
  if (!(at instanceof HTMLElement)) return false;
  if (at instanceof HTMLInputElement) return !["checkbox", "radio", "range"].includes(at.type);
  return at.isContentEditable || at.matches("textarea, select");
}
