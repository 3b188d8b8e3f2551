/**
 * The docks round the canvas: pages as tabs, edges to drag, folds, and one row of tabs for all pages
 * where the notebook is narrow.
 */
import { computed, type ReadonlySignal, signal } from "@preact/signals-core";
import type { Layout } from "../contract";
import type { PanelLifetime } from "../panel";
import { button, h, s } from "../ui/dom";
import { splitter } from "../ui/splitter";
import { type Tab, tabs } from "./tabs";

/** The side of a dock. */
export type Area = "left" | "right" | "bottom";
export const AREAS: readonly Area[] = ["left", "bottom", "right"];

/** One page of a dock. */
export interface Page extends Tab {
  area: Area;
  el: HTMLElement;
  /** Pages one below the other in this one; where it is narrow each is a tab. */
  holds?: readonly Page[];
  /** Take it out of the window, where it may go. */
  close?(): void;
}

/** What the docks are made of. */
export interface DocksOptions {
  frame: HTMLElement;
  /** All pages, those of one dock in the order of its tabs. */
  pages: ReadonlySignal<readonly Page[]>;
  layout: ReadonlySignal<Layout>;
  narrow: ReadonlySignal<boolean>;
  /** The page to begin with where it is narrow. */
  first(): string;
  /** Remember how a person left it. */
  keep(changes: Partial<Layout>): void;
}

/** Docks. */
export interface Docks {
  els: readonly HTMLElement[];
  /** Bring a page to the front. */
  reveal(value: string): void;
  /** Whether there is anything in a dock. */
  has(area: Area): boolean;
  /** Fold a dock away, or unfold it. */
  fold(area: Area): void;
}

const NAMES: Readonly<Record<Area, string>> = {
  left: "the left dock",
  right: "the right dock",
  bottom: "the bottom dock",
};
const LEAST: Readonly<Record<Area, number>> = { left: 190, right: 160, bottom: 110 };
const CANVAS = { width: 420, height: 260 }; // what is left for the picture at least

/** Make the docks. */
export function docks(
  { frame, pages, layout, narrow, first, keep }: DocksOptions,
  { watch, ended }: PanelLifetime,
): Docks {
  const chosen = signal(""); // where it is narrow
  const inArea = (area: Area) => pages.value.filter((page) => page.area === area);
  const flat = computed(() => pages.value.flatMap((page) => page.holds ?? [page]));
  const front = (area: Area) => {
    const all = inArea(area);
    return all.find(({ value }) => value === layout.value[`${area}_tab`]) ?? all[0];
  };
  const isOpen = (area: Area) => layout.value[`${area}_open`];
  const fold = (area: Area) => keep({ [`${area}_open`]: !isOpen(area) });

  const choose = (value: string) => {
    const page = pages.value.find((one) => [one, ...(one.holds ?? [])].some(isNamed(value)));
    chosen.value = value;
    if (page) keep({ [`${page.area}_tab`]: page.value, [`${page.area}_open`]: true });
  };
  const all = tabs(choose, { ended, label: "Panels" });
  const made = AREAS.map((area) => {
    const row = tabs(choose, { ended, label: `Tabs of ${NAMES[area]}` });
    const close = button("Close", () => front(area)?.close?.(), {
      ended,
      icon: "×",
      iconOnly: true,
      kind: "ghost",
      testid: `close-${area}`,
    });
    const head = h("div", { class: "pv-dock-head" }, row.el, close);
    const body = h("div", { class: "pv-dock-body" });
    const bar = unfolder(area, () => fold(area));
    const el = h("div", { class: "pv-dock", "data-area": area }, head, body, bar);
    return { area, row, close, head, body, bar, el };
  });

  for (const { area, el } of made) el.append(edge(area, el));

  watch(() => {
    for (const { area, body } of made) {
      for (const { el } of inArea(area)) if (el.parentElement !== body) body.append(el);
    }
  });
  watch(() => {
    if (narrow.value && chosen.peek() === "") chosen.value = first();
  });
  watch(() => {
    const isNarrow = narrow.value;
    const now = flat.value.find(isNamed(chosen.value)) ?? flat.value[0];
    frame.dataset.layout = isNarrow ? "narrow" : "wide";
    all.el.hidden = !isNarrow;
    all.show(now?.value ?? "", isNarrow ? flat.value : []);
    for (const { area, row, close, head, body, bar, el } of made) {
      const here = inArea(area);
      const shown = isNarrow ? here.find((page) => holds(page, now)) : front(area);
      const isFolded = !isNarrow && !isOpen(area);
      frame.dataset[area] = here.length === 0 ? "none" : isFolded ? "folded" : "open";
      el.hidden = shown === undefined;
      const isAlone = here.length === 1 && shown?.holds !== undefined; // its parts have titles
      head.hidden = isNarrow || isAlone || isFolded;
      row.show(shown?.value ?? "", head.hidden ? [] : here);
      close.hidden = shown?.close === undefined;
      body.hidden = isFolded;
      bar.hidden = !isFolded;
      for (const page of here) {
        page.el.hidden = page !== shown;
        name(page, isNarrow ? page.holds === undefined : !head.hidden);
        for (const part of page.holds ?? []) {
          part.el.hidden = isNarrow && part !== now;
          name(part, isNarrow);
        }
      }
    }
  });
  const set = (name: keyof Layout, size: number | undefined | null) => {
    if (size === undefined || size === null) frame.style.removeProperty(`--pv-${name}`);
    else frame.style.setProperty(`--pv-${name}`, `${size}px`);
  };
  watch(() => {
    for (const name of [...AREAS, "height"] as const) set(name, layout.value[name]);
  });

  function edge(area: Area, of: HTMLElement): HTMLElement {
    const axis = area === "bottom" ? "y" : "x";
    const width = (other: Area) => made.find((dock) => dock.area === other)?.el.offsetWidth ?? 0;
    const room = () =>
      axis === "y"
        ? frame.offsetHeight - CANVAS.height
        : frame.offsetWidth - CANVAS.width - width(area === "left" ? "right" : "left");
    const el = splitter({
      label: `${axis === "x" ? "Width" : "Height"} of ${NAMES[area]}`,
      axis,
      grows: area === "left" ? 1 : -1,
      of,
      bounds: () => ({ low: LEAST[area], high: room() }),
      change: (next) => set(area, next),
      keep: (next) => keep({ [area]: next ?? null }),
      fold: () => fold(area),
      ended,
      testid: `edge-${area}`,
    });
    el.dataset.of = area;
    return el;
  }
  const height = splitter({
    label: "Height of the viewer",
    axis: "y",
    grows: 1,
    of: frame,
    bounds: () => ({ low: 460, high: 2400 }),
    change: (next) => set("height", next),
    keep: (next) => keep({ height: next ?? null }),
    ended,
    testid: "edge-height",
  });
  height.dataset.of = "height";

  function unfolder(area: Area, press: () => void): HTMLElement {
    const sign = { left: "M4 2l4 4-4 4", right: "M8 2L4 6l4 4", bottom: "M2 8l4-4 4 4" }[area];
    const line = { d: sign, fill: "none", stroke: "currentColor", "stroke-width": 1.4 };
    const el = h(
      "button",
      {
        type: "button",
        class: "pv-unfold",
        title: `Unfold ${NAMES[area]}`,
        "aria-label": `Unfold ${NAMES[area]}`,
        "data-testid": `unfold-${area}`,
      },
      s("svg", { viewBox: "0 0 12 12", width: 10, height: 10 }, s("path", line)),
    );
    el.addEventListener("click", press, { signal: ended });
    return el;
  }

  return {
    els: [...made.map(({ el }) => el), all.el, height],
    reveal: choose,
    has: (area) => inArea(area).length > 0,
    fold,
  };
}

const isNamed = (value: string) => (page: Page) => page.value === value;

const holds = (page: Page, part: Page | undefined) =>
  part !== undefined && (page === part || (page.holds?.includes(part) ?? false));

/** Tie a page to its tab, or to none. */
function name({ el, controls }: Page, isTab: boolean) {
  if (isTab) el.setAttribute("role", "tabpanel");
  else el.removeAttribute("role");
  if (isTab) el.setAttribute("aria-labelledby", `${controls}-tab`);
  else el.removeAttribute("aria-labelledby");
}
