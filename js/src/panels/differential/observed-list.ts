/** What is seen to differ between the groups before there is a model: the regions that are surest. */
import type { DifferentialIntent, DifferentialState, ObservedRegion } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { fixed, percent } from "../../ui/format";

/** Make the list; it is there while there is no table, and a click colors the cells by a region. */
export function observedList(
  hasTable: () => boolean,
  color: (region: string) => void,
  { wire, watch, ended }: Panel<DifferentialState, DifferentialIntent>,
): HTMLElement {
  const [observed, color_by] = [wire.read("observed"), wire.read("color_by")];
  const note = h("p", { class: "pv-text" });
  const rows = h("tbody", {});
  const heads = ["region", "open in 1", "open in 2", "difference", "p"];
  const table = h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...heads.map((head) => h("th", { scope: "col" }, head)))),
    rows,
  );
  const el = h(
    "section",
    { class: "pv-observed", "aria-label": "Observed, before training", "data-testid": "observed" },
    h("b", {}, "Observed, before training"),
    note,
    table,
  );
  const pick = (event: Event) => {
    const row = (event.target as Element).closest<HTMLElement>("[data-region]");
    if (row?.dataset.region) color(row.dataset.region);
  };
  rows.addEventListener("click", pick, { signal: ended });
  watch(() => {
    const regions = observed.value;
    rows.replaceChildren(...regions.map(rowOf));
    note.textContent = regions[0]?.is_held_out
      ? "Shares of the cells in which a region is seen open; p-values by held-out fragments, which the preview has not seen. Train a model for all regions."
      : "Shares of the cells in which a region is seen open; p-values are too small where the groups were drawn on these counts. Train a model for all regions.";
  });
  watch(() => {
    void observed.value;
    for (const row of rows.querySelectorAll<HTMLElement>("[data-region]")) {
      row.toggleAttribute("data-active", row.dataset.region === color_by.value);
    }
  });
  watch(() => {
    el.hidden = observed.value.length === 0 || hasTable();
  });
  return el;
}

function rowOf({ region, share1, share2, p }: ObservedRegion): HTMLElement {
  const difference = share1 - share2;
  const sign = difference > 0 ? "+" : "−";
  const values = [
    percent(share1, 1),
    percent(share2, 1),
    `${sign}${percent(Math.abs(difference), 1)}`,
    p < 0.001 ? p.toExponential(0) : fixed(p, 3),
  ];
  const name = h(
    "button",
    { type: "button", class: "pv-link", title: "Color the cells by this region" },
    region,
  );
  return h(
    "tr",
    { "data-region": region },
    h("td", {}, name),
    ...values.map((value) => h("td", {}, value)),
  );
}
