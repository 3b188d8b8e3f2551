/** The tools over the picture: what a drag does, what the cells inside do to those selected, and fit. */
import type { ReadonlySignal, Signal } from "@preact/signals-core";
import { button, h, s, segmented } from "../dom";
import type { Operation, Tool } from "../draw/lasso";
import type { Panel } from "../panel";

const TOOLS: readonly { tool: Tool; label: string; key: string; title: string; sign: string }[] = [
  {
    tool: "pan",
    label: "Pan",
    key: "P",
    title: "Drag the picture; with any tool: hold Space, or the middle button",
    sign: "M8 1.5v13M1.5 8h13M6 3.5l2-2 2 2M6 12.5l2 2 2-2M3.5 6l-2 2 2 2M12.5 6l2 2-2 2",
  },
  {
    tool: "lasso",
    label: "Lasso",
    key: "L",
    title: "Draw round cells; it closes by itself",
    sign: "M8 2.5c3.6 0 6.5 1.7 6.5 3.9S11.6 10.3 8 10.3 1.5 8.6 1.5 6.4 4.4 2.5 8 2.5zM4.8 9.8c-1.5.7-1.5 2.5 0 2.7 1.3.2 1.4 1.4.3 2.2",
  },
  {
    tool: "rectangle",
    label: "Rectangle",
    key: "R",
    title: "Drag from corner to corner",
    sign: "M2 3.5h12v9H2z",
  },
  {
    tool: "polygon",
    label: "Polygon",
    key: "G",
    title: "Click corner by corner; the first corner, Enter or a double click closes it",
    sign: "M8 1.8l6.2 4.5-2.4 7.2H4.2L1.8 6.3z",
  },
];
const FIT = "M2 5.5V2h3.5M10.5 2H14v3.5M14 10.5V14h-3.5M5.5 14H2v-3.5";
const MODES = [
  { value: "new", label: "New", title: "What is drawn replaces the selection" },
  { value: "add", label: "Add", title: "What is drawn joins the selection (hold Shift)" },
  { value: "subtract", label: "Subtract", title: "What is drawn leaves the selection (hold Alt)" },
] as const;

/** The tool that each key chooses. */
export const TOOL_KEYS: Readonly<Record<string, Tool>> = Object.fromEntries(
  TOOLS.map(({ key, tool }) => [key.toLowerCase(), tool]),
);

/** What the tools change, and what changes them. */
export interface ToolState {
  tool: Signal<Tool>;
  operation: Signal<Operation>;
  /** What the line that is being drawn will do, by the keys that are held. */
  drawing: ReadonlySignal<{ operation: Operation } | undefined>;
  fit(): void;
}

/** Make the row of tools. */
export function toolRow(
  { tool, operation, drawing, fit }: ToolState,
  { watch, ended }: Pick<Panel<object, never>, "watch" | "ended">,
): HTMLElement {
  const buttons = TOOLS.map(({ tool: own, label, key, title, sign }) => {
    const choose = () => {
      tool.value = own;
    };
    const element = button("", choose, { ended, testid: own, title: `${title} (${key})` });
    element.append(drawnSign(sign), h("span", { class: "pv-tool-label" }, label));
    element.setAttribute("aria-keyshortcuts", key);
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
  const fitting = button("", fit, { ended, testid: "fit", title: "Show all cells (Home)" });
  fitting.append(drawnSign(FIT)); // its name is in the title: the row has no room for all
  fitting.setAttribute("aria-label", "Fit");
  return h(
    "div",
    { class: "pv-tools", role: "toolbar", "aria-label": "Tools" },
    h("div", { class: "pv-tool-set" }, ...buttons),
    modes.el,
    fitting,
  );
}

const drawnSign = (path: string) =>
  s(
    "svg",
    { class: "pv-sign", viewBox: "0 0 16 16", "aria-hidden": "true" },
    s("path", { d: path }),
  );
