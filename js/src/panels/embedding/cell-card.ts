/** The card of one cell, near the pointer or the cell cursor: what it is, how deep, which group. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { numbers } from "../../arrays";
import type { CellDetails, Colors, WireArray } from "../../contract";
import type { Point } from "../../draw/polygon";
import { toScreen } from "../../draw/scatter/camera";
import type { Scatter } from "../../draw/scatter/scatter";
import type { PanelLifetime } from "../../panel";
import { point } from "../../panel-events";
import { h } from "../../ui/dom";
import { count } from "../../ui/format";
import { placeIn } from "../../ui/pointer-place";
import { wordsOfCell } from "./scene";

const REST = 120; // ms on one cell before its card comes and Python is asked
const AWAY = 14; // px between the pointer and the card

/** What the card shows and asks for. */
export interface CardState {
  /** The cell under the pointer, and the one under the cell cursor; -1 for none. */
  hovered: ReadonlySignal<number>;
  cursor: ReadonlySignal<number>;
  /** What Python said of the cell that it was asked for last. */
  cell_details: ReadonlySignal<CellDetails>;
  colors: ReadonlySignal<Colors>;
  groups: readonly [ReadonlySignal<WireArray>, ReadonlySignal<WireArray>];
  showDetails(cell: number): void;
}

/** Make the card. It lets every pointer through; screen readers get the same text from the cursor. */
export function cellCard(
  { hovered, cursor, cell_details, colors, groups, showDetails }: CardState,
  scatter: Scatter,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const card = h("div", {
    ...{ class: "pv-tip pv-cell-card", "aria-hidden": "true", hidden: true },
    "data-testid": "cell-card",
  });
  const cell = computed(() => (hovered.value >= 0 ? hovered.value : cursor.value));
  let pointer: Point = [0, 0];

  const place = () => {
    const { view, scene } = scatter;
    if (!view) return;
    const i = 2 * cell.value;
    const data = [scene.points[i], scene.points[i + 1]] as unknown as Point;
    const [x, y] = hovered.value >= 0 ? pointer : toScreen(view, data);
    const { offsetWidth: width, offsetHeight: height } = card;
    const left = x + AWAY + width > view.width ? x - AWAY - width : x + AWAY;
    const top = y + AWAY + height > view.height ? y - AWAY - height : y + AWAY;
    card.style.transform = `translate(${Math.round(Math.max(2, left))}px, ${Math.round(Math.max(2, top))}px)`;
  };
  const come = () => {
    showDetails(cell.value);
    card.hidden = false;
    place();
  };
  watch(() => {
    card.hidden = true;
    const timer = cell.value < 0 ? undefined : setTimeout(come, REST);
    return () => clearTimeout(timer);
  });
  watch(() => {
    const own = cell.value;
    if (own < 0) return void point(card, "");
    const { cell: known, name, n_counts, n_regions } = cell_details.value;
    const is = known === own;
    const words = wordsOfCell(colors.value, own);
    const group = groups.findIndex((members) => numbers(members.value).includes(own)) + 1;
    const title = is ? name : nameOf(own);
    point(card, [title, words, is && `${count(n_counts)} counts`].filter(Boolean).join(" · "));
    const lines = [
      words && h("div", {}, h("span", { class: "pv-dim" }, `${titleOf(colors.value)}  `), words),
      // its room is there before it is known
      h("div", {}, is ? `${count(n_counts)} counts, ${count(n_regions)} open regions` : "…"),
      group > 0 && groupLine(group),
    ];
    card.replaceChildren(
      h("b", { class: "pv-mono" }, title),
      ...lines.filter((line) => typeof line === "object"),
    );
    if (!card.hidden) place();
  });
  const follow = (event: PointerEvent) => {
    pointer = placeIn(scatter.surface, event);
    if (!card.hidden && hovered.value >= 0) place();
  };
  scatter.surface.addEventListener("pointermove", follow, { signal: ended });
  scatter.surface.addEventListener("wheel", () => place(), { signal: ended, passive: true });
  return card;
}

/** A cell while its name is not known. */
export const nameOf = (cell: number): string => `cell ${count(cell)}`;

const titleOf = ({ title }: Colors) => title.split(", ")[0] as string;

const groupLine = (group: number) =>
  h(
    "div",
    { class: "pv-card-group", "data-group": group },
    h("span", { class: "pv-swatch" }),
    `group ${group}`,
  );
