/** One line over the table: what was compared, how, and how many regions were called. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Columns } from "../../arrays";
import type { DifferentialIntent, DifferentialState } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { count, short } from "../../ui/format";
import { upAndDown } from "../comparison/region-table";
import { summaryOf } from "../comparison/settings-form";

/** Make the line. */
export function summaryLine(
  table: ReadonlySignal<Columns | undefined>,
  { wire, watch }: Panel<DifferentialState, DifferentialIntent>,
): HTMLElement {
  const [title, settings] = [wire.read("da_title"), wire.read("da_settings")];
  const summary = h("output", { class: "pv-summary", "data-testid": "da-title" });
  watch(() => {
    const now = table.value;
    const used = settings.value; // those that the table was made with
    const { up, down } = now ? upAndDown(now) : { up: 0, down: 0 };
    const called = `${count(up + down)} of ${count(now?.n_rows ?? 0)}`;
    const found = used ? `${called} at FDR ${short(used.fdr_target)}` : "";
    const how = now && used ? h("span", { class: "pv-if-room" }, ` · ${summaryOf(used)}`) : "";
    summary.replaceChildren(
      (now && title.value) || "Differential accessibility",
      how,
      now && found ? ` · ${found}` : "",
    );
    summary.title = summary.value;
  });
  return summary;
}
