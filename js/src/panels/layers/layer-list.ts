/** The layers as a list, the topmost first: an eye, a name to choose or change, a place to drag from. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { LayerRow, Notice } from "../../contract";
import type { PanelLifetime } from "../../panel";
import { h, s } from "../../ui/dom";
import { askedName, renameField } from "../../ui/rename-field";

/** What the list shows, and what a person may do with it. */
export interface LayerListState {
  /** From the bottom to the top. */
  rows: ReadonlySignal<LayerRow[]>;
  notice: ReadonlySignal<Notice>;
  choose(layer: string): void;
  show(layer: string, visible: boolean): void;
  rename(layer: string, name: string): void;
  /** Put it before the one at a position, counted from the bottom. */
  move(layer: string, to: number): void;
}

/** A list of layers. */
export interface LayerList {
  el: HTMLElement;
  /** Let a name be typed. */
  rename(layer: string): void;
}

/** Make the list. */
export function layerList(
  { rows, notice, choose, show, rename, move }: LayerListState,
  { watch, ended }: PanelLifetime,
): LayerList {
  const el = h("ul", { class: "pv-list pv-layer-list", "data-testid": "layer-list" });
  let field: HTMLInputElement | undefined; // while a name is typed the list is not redrawn
  const draw = () => {
    const { activeElement } = el.getRootNode() as Document | ShadowRoot;
    const part = activeElement && el.contains(activeElement) ? partOf(activeElement) : "";
    el.replaceChildren(...rows.value.toReversed().map(entry));
    el.querySelector<HTMLElement>(`[aria-current] [data-part="${part}"]`)?.focus();
  };
  const begin = (layer: string, refused?: string) => {
    const button = [...el.children].find((item) => layerOf(item) === layer);
    const name = button?.querySelector<HTMLElement>(".pv-layer-name");
    if (!name || field) return;
    field = renameField(name, {
      ...{ text: layer, refused, ended, testid: "layer-rename" },
      end(text) {
        field = undefined;
        if (text) {
          asked.ask(layer, text);
          rename(layer, text);
        }
        draw();
        el.querySelector<HTMLElement>(".pv-layer[aria-current] .pv-layer-name")?.focus();
      },
    });
  };
  const asked = askedName(notice, begin, { watch });
  watch(() => {
    void rows.value;
    asked.settle();
    if (!field) draw();
  });

  el.addEventListener(
    "click",
    ({ target }) => {
      const layer = layerOf(target);
      const row = rows.value.find(({ name }) => name === layer);
      if (!row || target === field) return;
      if ((target as Element).closest(".pv-eye")) show(row.name, !row.visible);
      else if (!row.active) choose(row.name);
    },
    { signal: ended },
  );
  el.addEventListener(
    "keydown",
    (event) => {
      const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      const next = rows.value[rows.value.findIndex(({ active }) => active) + (step ?? 0)];
      if (!step || !next || event.altKey || event.target === field) return;
      event.preventDefault();
      event.stopPropagation();
      choose(next.name);
    },
    { signal: ended },
  );
  el.addEventListener(
    "dblclick",
    ({ target }) => {
      const name = (target as Element).closest(".pv-layer-name");
      if (name) begin(layerOf(name));
    },
    { signal: ended },
  );
  dragging(el, ended, (layer, over, below) => {
    const at = rows.value.findIndex(({ name }) => name === over);
    if (at >= 0 && layer !== over) move(layer, below ? at : at + 1);
  });
  return { el, rename: begin };
}

function entry(row: LayerRow): HTMLElement {
  const { name, kind, visible, active } = row;
  const eye = h(
    "button",
    {
      type: "button",
      class: "pv-eye",
      title: `${visible ? "Hide" : "Show"} ${name}`,
      "aria-label": `Show ${name}`,
      "aria-pressed": String(visible),
      "data-part": "eye",
    },
    s(
      "svg",
      { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
      s("path", { d: "M1.5 8C4 3.5 12 3.5 14.5 8 12 12.5 4 12.5 1.5 8Z" }),
      s("circle", { cx: 8, cy: 8, r: 2 }),
      ...(visible ? [] : [s("path", { d: "M3 13 13 3" })]),
    ),
  );
  const label = h(
    "button",
    { type: "button", class: "pv-layer-name", title: `${name}: ${kind}`, "data-part": "name" },
    name,
  );
  return h(
    "li",
    {
      class: "pv-layer",
      draggable: "true",
      "aria-current": active && "true",
      "data-layer": name,
      "data-kind": kind,
      "data-hidden": !visible,
    },
    eye,
    h("span", { class: "pv-layer-kind", "aria-hidden": "true" }),
    label,
    h("em", {}, asideOf(row)),
  );
}

const asideOf = ({ kind, color_by, column }: LayerRow): string =>
  kind === "cells" ? color_by : kind === "labels" ? column : "";

const layerOf = (target: EventTarget | null): string =>
  (target as Element | null)?.closest<HTMLElement>("[data-layer]")?.dataset.layer ?? "";

const partOf = (element: Element): string => (element as HTMLElement).dataset.part ?? "";

/** Let entries be dragged; `drop` gets which, over which, and whether it goes below that one. */
function dragging(
  el: HTMLElement,
  ended: AbortSignal,
  drop: (layer: string, over: string, below: boolean) => void,
): void {
  let dragged = "";
  const over = (event: DragEvent) => {
    const item = (event.target as Element).closest<HTMLElement>("[data-layer]");
    const { top, height } = item?.getBoundingClientRect() ?? { top: 0, height: 0 };
    return { item, below: event.clientY > top + height / 2 };
  };
  const mark = (item?: HTMLElement | null, below?: boolean) => {
    for (const child of el.children) delete (child as HTMLElement).dataset.drop;
    if (item) item.dataset.drop = below ? "below" : "above";
  };
  const on = (type: "dragstart" | "dragover" | "drop" | "dragend", run: (e: DragEvent) => void) =>
    el.addEventListener(type, run, { signal: ended });
  on("dragstart", (event) => {
    dragged = layerOf(event.target);
    event.dataTransfer?.setData("text/plain", dragged);
    event.stopPropagation(); // the notebook drags cells
  });
  on("dragover", (event) => {
    const { item, below } = over(event);
    if (!dragged || !item) return;
    event.preventDefault();
    event.stopPropagation();
    mark(item, below);
  });
  on("drop", (event) => {
    const { item, below } = over(event);
    mark();
    if (!dragged || !item) return;
    event.preventDefault();
    event.stopPropagation();
    drop(dragged, layerOf(item), below);
  });
  on("dragend", () => {
    dragged = "";
    mark();
  });
}
