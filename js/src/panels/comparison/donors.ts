/** What the donors say: a sentence over the table, and a dot for each donor of the region in color. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { DifferentialIntent, DifferentialState, DonorCheck, DonorDot } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { fixed } from "../../ui/format";

const WITH_TABLE: readonly DifferentialState["da_state"][] = ["final", "stale"];
const AGREE = 0.8; // share of the signs from which the donors support a table

/** Make the sentence; it is shown where donors are compared. */
export function donorLine(
  check: ReadonlySignal<DonorCheck | null>,
  state: ReadonlySignal<DifferentialState["da_state"]>,
  { watch }: Pick<Panel<object, never>, "watch">,
): HTMLElement {
  const mark = h("span", { class: "pv-evidence-mark", "aria-hidden": "true" });
  const text = h("span", {});
  const el = h(
    "div",
    { class: "pv-evidence", role: "status", "data-testid": "da-donors" },
    mark,
    text,
  );
  watch(() => {
    const now = check.value;
    el.hidden = !now || !WITH_TABLE.includes(state.value);
    if (!now) return;
    const [sign, verdict] = verdictOf(now);
    mark.textContent = sign;
    el.dataset.verdict = verdict;
    text.textContent = now.sentence;
    el.title = explained(now);
  });
  return el;
}

/** The mark, and the color that a check of held-out fragments has for the same. */
function verdictOf({ design, n_signs, n_agree }: DonorCheck): readonly [string, string] {
  if (design === "refused") return ["?", "mixed"];
  if (n_signs === 0) return ["–", "nothing called"];
  return n_agree >= AGREE * n_signs ? ["✓", "supported"] : ["!", "mixed"];
}

function explained({ column, left_out, is_held_out }: DonorCheck): string {
  const parts = [`Donors are those of ${column}.`];
  if (left_out.length > 0) parts.push(`Too few cells to count: ${left_out.join(", ")}.`);
  if (!is_held_out) {
    parts.push(
      "The model was fitted to these fragments: groups that were drawn on its map agree too well.",
    );
  }
  return parts.join(" ");
}

/** Make the strip under the table: the rates of the region that colors the cells, by donor. */
export function donorStrip({
  wire,
  watch,
}: Panel<DifferentialState, DifferentialIntent>): HTMLElement {
  const [dots, color_by] = [wire.read("donor_dots"), wire.read("color_by")];
  const el = h("div", { class: "pv-donors", role: "img", "data-testid": "da-donor-dots" });
  watch(() => {
    const now = dots.value;
    el.hidden = now.length === 0;
    const most = Math.max(...now.map(({ rate }) => rate), Number.MIN_VALUE);
    el.setAttribute("aria-label", inWords(color_by.value, now));
    el.replaceChildren(
      h("span", { class: "pv-dim" }, `${color_by.value}: fragments per 10,000 by donor`),
      ...([1, 2] as const).map((group) => row(group, now, most)),
    );
  });
  return el;
}

/** The dots of one group on a line from 0 to the largest rate of all. */
function row(group: 1 | 2, dots: readonly DonorDot[], most: number): HTMLElement {
  const mine = dots.filter((dot) => dot.group === group);
  const line = h(
    "span",
    { class: "pv-donor-line", "data-group": group },
    ...mine.map(({ donor, rate }) => {
      const dot = h("i", { class: "pv-swatch", title: `${donor}: ${fixed(rate, 2)}` });
      dot.style.left = `${(100 * rate) / most}%`;
      return dot;
    }),
  );
  return h(
    "div",
    { class: "pv-donor-row" },
    h("span", {}, `group ${group}`),
    line,
    ...(group === 1 ? [h("span", { class: "pv-dim" }, fixed(most, 1))] : [h("span", {})]),
  );
}

const inWords = (region: string, dots: readonly DonorDot[]): string =>
  `Fragments per 10,000 in ${region}: ${dots
    .map(({ group, donor, rate }) => `${donor} in group ${group} ${fixed(rate, 2)}`)
    .join(", ")}`;
