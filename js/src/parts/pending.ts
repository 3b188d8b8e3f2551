/** The card under the picture: how many cells are selected, and what to do with them next. */
import type { ReadonlySignal } from "@preact/signals-core";
import { button, h } from "../dom";
import type { Operation } from "../draw/lasso";
import { count } from "../format";
import type { Panel } from "../panel";
import type { Selected } from "./chosen";

const DOING: Record<Operation, string> = {
  new: "drawing",
  add: "adding",
  subtract: "taking away",
};

/** What the card shows and offers. */
export interface Pending {
  selected: ReadonlySignal<Selected>;
  /** The line that is being drawn, and how many cells it holds so far. */
  drawing: ReadonlySignal<{ count: number; operation: Operation } | undefined>;
  makeGroup(number: 1 | 2, against_rest: boolean): void;
  clear(): void;
}

/** Make the card; it is there while cells are selected or a line is being drawn. */
export function pendingCard(
  { selected, drawing, makeGroup, clear }: Pending,
  { watch, ended }: Pick<Panel<object, never>, "watch" | "ended">,
): HTMLElement {
  const [by, cells, unit] = [h("span"), h("b", { "data-testid": "selection-count" }), h("span")];
  const step = (
    key: string,
    label: string | HTMLElement,
    press: () => void,
    options: { testid: string; title: string; kind?: "group1" | "group2" },
  ) => {
    const element = button("", press, { ended, ...options });
    element.append(h("kbd", {}, key), label);
    return element;
  };
  const make = (group: string) => h("span", {}, h("span", { class: "pv-if-room" }, "make "), group);
  const steps = h(
    "div",
    { class: "pv-pending-steps" },
    step("1", make("group 1"), () => makeGroup(1, false), {
      testid: "make-group-1",
      title: "These cells become group 1",
      kind: "group1",
    }),
    step("2", make("group 2"), () => makeGroup(2, false), {
      testid: "make-group-2",
      title: "These cells become group 2",
      kind: "group2",
    }),
    step("I", "vs rest", () => makeGroup(1, true), {
      testid: "vs-rest",
      title: "These cells become group 1, all others group 2",
    }),
    step("esc", "clear", clear, { testid: "clear-selection", title: "Select nothing" }),
  );
  const hint = h("span", { class: "pv-dim pv-if-room" }, "Shift adds, Alt takes away");
  const card = h(
    "div",
    {
      class: "pv-pending",
      role: "group",
      "aria-label": "Selected cells",
      "data-testid": "pending",
    },
    h("span", { class: "pv-pending-count", role: "status" }, by, cells, unit),
    steps,
    hint,
  );
  watch(() => {
    const now = drawing.value;
    const n = now ? now.count : selected.value.cells.length;
    card.hidden = !now && n === 0;
    by.textContent = `${now ? DOING[now.operation] : selected.value.by}: `;
    cells.textContent = count(n);
    unit.textContent = n === 1 ? " cell" : " cells";
    steps.hidden = now !== undefined;
    hint.hidden = now === undefined;
  });
  return card;
}
