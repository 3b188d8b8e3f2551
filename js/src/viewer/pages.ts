/** The pages of the window: the canvas, a column of panels, tabs below, and docked widgets. */
import type { AnyModel, Host } from "@anywidget/types";
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { PANELS, type PanelRow, type ViewerIntent, type ViewerState } from "../contract";
import type { Panel } from "../panel";
import { h } from "../ui/dom";
import { panelColumn } from "./column";
import { dockedPages } from "./docked";
import type { Area, Page } from "./docks";
import { mount } from "./mount";

let made = 0;

/** All pages, and what others need of them. */
export interface Pages {
  canvas: readonly HTMLElement[];
  /** All but the canvas. */
  all: ReadonlySignal<Page[]>;
  /** Those of docked widgets. */
  docked: ReadonlySignal<readonly Page[]>;
  /** The elements whose commands the window offers, and their pages. */
  homes: ReadonlyMap<HTMLElement, Page>;
  /** Show the training monitor where the column would scroll away from it. */
  followTraining(): void;
  closeDock(name: string): void;
  /** When everything is drawn. */
  drawn(): Promise<unknown>;
}

/** Make the pages and draw what belongs into each. */
export function windowPages(
  panel: Panel<ViewerState, ViewerIntent>,
  from: { host: Host; model: AnyModel },
): Pages {
  const { wire, ended } = panel;
  const id = `pv-viewer-${++made}`;
  const drawn: Promise<unknown>[] = [];
  const homes = new Map<HTMLElement, Page>();
  let n = 0;
  const page = (value: string, label: string, area: Area): Page => {
    const controls = `${id}-${++n}`;
    const slot = h("div", { class: "pv-slot", id: controls, "data-slot": value });
    return { value, label, area, el: slot, controls };
  };
  const fill = (to: Page, ref: string, signal: AbortSignal) => {
    const into = h("div");
    to.el.append(into);
    homes.set(into, to);
    if (signal !== ended)
      signal.addEventListener("abort", () => homes.delete(into), { once: true });
    drawn.push(mount(from, ref, into, signal));
  };
  const pagesOf = (dock: PanelRow["dock"]): Page[] =>
    PANELS.filter((row) => row.dock === dock).map(({ name, label }) => {
      const own = page(name, label, dock === "bottom" ? "bottom" : "left");
      fill(own, wire.read(name).peek(), ended);
      return own;
    });
  const canvas = pagesOf("canvas").map(({ el }) => el);
  const holds = pagesOf("left"); // one below the other
  const column = panelColumn(
    holds.map((part) => part.el),
    ended,
  );
  const panels: Page = { ...page("panels", "Panels", "left"), el: column.el, holds };
  column.el.id = panels.controls;
  const below = pagesOf("bottom");
  const closeDock = (name: string) => wire.ask({ intent: "close_dock", name });
  const docked = dockedPages(
    wire.read("docked"),
    ({ name, area }) => ({ ...page(name, name, area), close: () => closeDock(name) }),
    fill,
    panel,
  );
  const monitor = holds.find(({ value }) => value === "training_monitor");
  return {
    ...{ canvas, docked, homes, closeDock },
    all: computed(() => [panels, ...below, ...docked.value]),
    followTraining() {
      if (monitor) column.stayWith(monitor.el);
    },
    drawn: () => Promise.all(drawn),
  };
}
