/** What else differs between the groups: depth, batch and other columns, the most different first. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { DifferentialIntent, DifferentialState, ObsDifference } from "../../contract";
import type { Panel } from "../../panel";
import { button, h } from "../../ui/dom";
import { fixed } from "../../ui/format";

const WITH_TABLE: readonly DifferentialState["da_state"][] = ["final", "stale"];
const CHANCE = 0.01; // p-value above which a difference may be chance

/** Make the part; it is closed at first, and its title names the columns that may be the reason. */
export function otherDifferences(
  found: ReadonlySignal<readonly ObsDifference[]>,
  state: ReadonlySignal<DifferentialState["da_state"]>,
  { wire, watch, ended }: Panel<DifferentialState, DifferentialIntent>,
): HTMLElement {
  const title = h("summary", { "data-testid": "da-differences-title" });
  const list = h("ul", { class: "pv-differences-list" });
  const el = h(
    "details",
    { class: "pv-differences", "data-testid": "da-differences" },
    title,
    list,
  );
  watch(() => {
    const rows = found.value;
    el.hidden = rows.length === 0 || !WITH_TABLE.includes(state.value);
    el.toggleAttribute(
      "data-warning",
      rows.some(({ is_warning }) => is_warning),
    );
    title.textContent = titleOf(rows);
    list.replaceChildren(
      ...rows.map((row) => {
        const match = button("match", () => wire.ask({ intent: "match_by", column: row.column }), {
          ended,
          kind: "ghost",
          testid: "match-by",
          title: `Keep cells of both groups that are alike in ${row.column}: session.match_by(…)`,
        });
        const isChance = row.p_value > CHANCE;
        return h(
          "li",
          { class: isChance ? "pv-dim" : "" },
          h("b", {}, row.column),
          ` ${fixed(row.separation, 2)} · ${row.summary}${isChance ? " · may be chance" : ""} `,
          ...(row.kind === "number" ? [match] : []),
        );
      }),
    );
  });
  return el;
}

/** The columns that alone may be the reason, or the most different one. */
function titleOf(rows: readonly ObsDifference[]): string {
  const reasons = rows.filter(({ is_warning }) => is_warning).map(({ column }) => column);
  if (reasons.length > 0) {
    const [shown, more] = [reasons.slice(0, 3).join(", "), reasons.length - 3];
    return `The groups also differ strongly in ${shown}${more > 0 ? ` and ${more} more` : ""}.`;
  }
  const [most] = rows;
  if (!most || most.p_value > CHANCE) return "The groups are alike in depth and all columns.";
  return `Apart from regions, the groups differ most in ${most.column} (${fixed(most.separation, 2)} of 1).`;
}
