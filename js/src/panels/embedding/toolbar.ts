/** The tools over the picture: what a drag does, and what the cells inside do to those selected. */
import type { ReadonlySignal, Signal } from "@preact/signals-core";
import type { Commands } from "../../commands";
import { EMBEDDING_COMMANDS } from "../../contract";
import type { Operation } from "../../draw/scatter/combine";
import type { Tool } from "../../draw/scatter/lasso";
import type { PanelLifetime } from "../../panel";
import { h, range, s, segmented } from "../../ui/dom";

const SIGNS: Readonly<Record<Tool, string>> = {
  pan: "M8 1.5v13M1.5 8h13M6 3.5l2-2 2 2M6 12.5l2 2 2-2M3.5 6l-2 2 2 2M12.5 6l2 2-2 2",
  lasso:
    "M8 2.5c3.6 0 6.5 1.7 6.5 3.9S11.6 10.3 8 10.3 1.5 8.6 1.5 6.4 4.4 2.5 8 2.5zM4.8 9.8c-1.5.7-1.5 2.5 0 2.7 1.3.2 1.4 1.4.3 2.2",
  rectangle: "M2 3.5h12v9H2z",
  polygon: "M8 1.8l6.2 4.5-2.4 7.2H4.2L1.8 6.3z",
  brush:
    "M13.8 2.2L8.2 8M8.4 8.2c1.2 1.1 1.2 2.7.1 3.9-1.4 1.5-4 1.6-6.3.9 1.7-.5 1.6-1.6 2.2-3 .7-1.7 2.6-3 4-1.8z",
};
const MODES = [
  { value: "new", label: "New", title: "Replace the selection with what is drawn" },
  { value: "add", label: "Add", title: "Add what is drawn to the selection (hold Shift)" },
  {
    value: "subtract",
    label: "Subtract",
    title: "Remove what is drawn from the selection (hold Alt)",
  },
  {
    value: "intersect",
    label: "Intersect",
    title: "Keep only the selected cells inside what is drawn (hold Shift and Alt)",
  },
] as const;

const TOOLS = Object.keys(SIGNS) as readonly Tool[]; // the command that takes each has its name

/** The least and the greatest radius of the brush, in CSS pixels. */
export const BRUSH = [3, 120] as const;

/** What the tools change, and what changes them. */
export interface ToolState {
  tool: Signal<Tool>;
  operation: Signal<Operation>;
  /** Radius of the brush, in CSS pixels. */
  brush: Signal<number>;
  /** What the line that is being drawn will do, by the keys that are held. */
  drawing: ReadonlySignal<{ operation: Operation } | undefined>;
}

/** Make the row of tools. */
export function toolRow(
  { tool, operation, brush, drawing }: ToolState,
  commands: Commands<Tool>,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const buttons = TOOLS.map((own) => {
    const element = commands.button(own, { label: "", testid: own });
    const label = h("span", { class: "pv-tool-label" }, EMBEDDING_COMMANDS[own].title);
    element.append(drawnSign(SIGNS[own]), label);
    watch(() => element.setAttribute("aria-pressed", String(tool.value === own)));
    return element;
  });
  const set = (next: Operation) => {
    operation.value = next;
  };
  const modes = segmented(MODES, set, {
    ended,
    label: "What is drawn",
    testid: "mode",
    value: operation.peek(),
  });
  watch(() => {
    modes.value = drawing.value?.operation ?? operation.value;
  });
  const setBrush = (radius: number) => {
    brush.value = radius;
  };
  const [min, max] = BRUSH;
  const size = range(setBrush, {
    ...{ ended, min, max, step: 1, value: brush.peek() },
    ...{ label: "size of the brush", testid: "brush-radius", title: "Size of the brush ([ and ])" },
  });
  watch(() => {
    size.hidden = tool.value !== "brush";
    size.value = String(brush.value);
  });
  return h(
    "div",
    { class: "pv-tools", role: "toolbar", "aria-label": "Tools" },
    h("div", { class: "pv-tool-set" }, ...buttons),
    size,
    modes.el,
  );
}

/** A sign for a button, from the path of its lines in 16 by 16. */
export const drawnSign = (path: string) =>
  s(
    "svg",
    { class: "pv-sign", viewBox: "0 0 16 16", "aria-hidden": "true" },
    s("path", { d: path }),
  );
