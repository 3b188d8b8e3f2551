/** The card under the picture: how many cells are selected, and what to do with them next. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Commands } from "../../commands";
import { EMBEDDING_COMMANDS } from "../../contract";
import type { Operation } from "../../draw/scatter/combine";
import type { Panel } from "../../panel";
import { h, say } from "../../ui/dom";
import { count } from "../../ui/format";
import { keyText } from "../../ui/keys";
import type { Selected } from "./selection";

const DOING: Record<Operation, string> = {
  new: "drawing",
  add: "adding",
  subtract: "subtracting",
  intersect: "intersecting",
};

type Step =
  | "make_group_1"
  | "make_group_2"
  | "make_group_1_against_rest"
  | "name_group"
  | "grow_selection"
  | "check_selection"
  | "invert_selection"
  | "clear_selection";

/** What the card shows. */
export interface SelectionCard {
  selected: ReadonlySignal<Selected>;
  /** The line that is being drawn, and how many cells it holds so far. */
  drawing: ReadonlySignal<{ count: number; operation: Operation } | undefined>;
  /** By how many neighbors of each cell it grows. */
  k: ReadonlySignal<number>;
  /** Whether there is structure among the selected cells, in a sentence; empty until tested. */
  found: ReadonlySignal<string>;
  isChecking(): boolean;
}

/** Make the card; it is there while cells are selected or a line is being drawn. */
export function selectionCard(
  { selected, drawing, k, found, isChecking }: SelectionCard,
  commands: Commands<Step>,
  { watch }: Pick<Panel<object, never>, "watch">,
): HTMLElement {
  const [by, cells, unit] = [h("span"), h("b", { "data-testid": "selection-count" }), h("span")];
  const step = (
    id: Step,
    label: string | HTMLElement,
    testid: string,
    kind: "plain" | "ghost" | "group1" | "group2" = "plain",
  ) => {
    const element = commands.button(id, { label: "", testid, kind });
    const key = keyText(EMBEDDING_COMMANDS[id].keys?.[0] ?? "").replace("Shift+", "⇧");
    element.append(h("kbd", {}, key), label);
    return element;
  };
  const make = (group: string) => h("span", {}, h("span", { class: "pv-if-room" }, "make "), group);
  const neighbors = h("span", {});
  const grow = h("span", {}, "grow ", h("span", { class: "pv-if-room" }, "by "), neighbors);
  const steps = h(
    "div",
    { class: "pv-pending-steps" },
    step("make_group_1", make("group 1"), "make-group-1", "group1"),
    step("make_group_2", make("group 2"), "make-group-2", "group2"),
    step("make_group_1_against_rest", "vs rest", "vs-rest"),
    step("name_group", "name", "name-selection"),
    step("grow_selection", grow, "grow-selection"),
    step("invert_selection", "invert", "invert-selection"),
    step("clear_selection", "clear", "clear-selection"),
  );
  const hint = h(
    "span",
    { class: "pv-dim pv-if-room" },
    "Shift adds, Alt subtracts, both intersect",
  );
  const check = step("check_selection", "anything in here?", "check-selection", "ghost");
  const answer = h("span", { role: "status", "data-testid": "selection-answer" });
  const question = h("div", { class: "pv-pending-question" }, check, answer);
  const counted = h("span", { class: "pv-pending-count", role: "status" }, by, cells, unit);
  const card = h(
    "div",
    {
      class: "pv-pending",
      role: "group",
      "aria-label": "Selected cells",
      "data-testid": "pending",
    },
    counted,
    question,
    steps,
    hint,
  );
  watch(() => {
    const now = drawing.value;
    const n = now ? now.count : selected.value.cells.length;
    card.hidden = !now && n === 0;
    counted.setAttribute("aria-live", now ? "off" : "polite"); // while it is drawn it counts for the eye
    by.textContent = `${now ? DOING[now.operation] : selected.value.by}: `;
    cells.textContent = count(n);
    unit.textContent = n === 1 ? " cell" : " cells";
    steps.hidden = now !== undefined;
    hint.hidden = now === undefined;
  });
  watch(() => {
    neighbors.textContent = String(k.value);
  });
  watch(() => {
    const text = isChecking() ? "Testing these cells …" : found.value;
    question.hidden = drawing.value !== undefined;
    check.hidden = text !== "";
    say(answer, text);
  });
  return card;
}
