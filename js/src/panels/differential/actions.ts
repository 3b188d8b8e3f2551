/** The commands of the comparison and their buttons. */
import type { ReadonlySignal } from "@preact/signals-core";
import { type CommandItem, type Commands, commandsOf, hasWords } from "../../commands";
import {
  DIFFERENTIAL_COMMANDS,
  type DifferentialIntent,
  type DifferentialState,
} from "../../contract";
import type { Panel } from "../../panel";
import { button, checkbox, h } from "../../ui/dom";
import type { GeneColumns } from "../comparison/region-genes";
import type { ComparisonWords } from "../comparison/words";
import type { TableExport } from "./export";
import { geneItems } from "./gene-items";
import type { RegionGrid } from "./region-grid";

const MAX_FOUND = 12; // regions that a search shows

type DifferentialPanel = Panel<DifferentialState, DifferentialIntent>;
type DifferentialCommands = Commands<keyof typeof DIFFERENTIAL_COMMANDS>;

/** Say how the commands are carried out. */
export function differentialCommands(
  state: {
    isBusy: ReadonlySignal<boolean>;
    words: ComparisonWords;
    genes: ReadonlySignal<GeneColumns | undefined>;
  },
  { link, rows }: RegionGrid,
  { enabled, save, saveBed, copyRows, copyRegions, copyBed }: TableExport,
  panel: DifferentialPanel,
): DifferentialCommands {
  const { wire } = panel;
  const [live, regions] = [wire.read("live"), wire.read("regions")];
  const { isBusy, words, genes } = state;
  const findRegions = (sought: readonly string[]): CommandItem[] => {
    const parts = sought.filter((word) => !"color by".includes(word));
    const gene = genes.value?.gene as readonly string[] | undefined;
    const found = geneItems(gene, parts, link.color);
    const most = found.length + MAX_FOUND;
    for (const [at, region] of (parts.length > 0 ? regions.value : []).entries()) {
      if (found.length === most) break;
      const name = gene?.[at];
      const title = name ? `${region}, ${name}` : region;
      if (!hasWords(title, parts)) continue;
      found.push({
        id: `region ${region}`,
        title: `Color by ${title}`,
        python: `session.color_by = "${region}"`,
        enabled: true,
        run: () => link.color(region),
      });
    }
    return found;
  };
  return commandsOf(
    panel,
    DIFFERENTIAL_COMMANDS,
    {
      compare: {
        enabled: () => words.canCompare.value && !isBusy.value,
        run: () => wire.ask({ intent: "compare" }),
      },
      cancel: { enabled: () => isBusy.value, run: () => wire.ask({ intent: "cancel" }) },
      live: {
        run: () => wire.write("live", !live.value),
        python: () => `session.live = ${live.value ? "False" : "True"}`,
      },
      csv: { enabled, run: save, browserOnly: true },
      copy_rows: { enabled, run: () => copyRows(rows.view), browserOnly: true },
      copy_regions: { enabled, run: () => copyRegions(rows.view), browserOnly: true },
      bed: { enabled, run: saveBed, browserOnly: true },
      copy_bed: { enabled, run: copyBed, browserOnly: true },
    },
    findRegions,
  );
}

/** The buttons at the right of the head; Settings shows and hides `form`. */
export function differentialButtons(
  { isBusy, words }: { isBusy: ReadonlySignal<boolean>; words: ComparisonWords },
  commands: DifferentialCommands,
  form: HTMLElement,
  { wire, watch, ended }: DifferentialPanel,
): HTMLElement {
  const [state, live] = [wire.read("da_state"), wire.read("live")];
  const cancel = commands.button("cancel", { label: "Cancel", testid: "da-cancel" });
  const compare = commands.button("compare", { kind: "primary", testid: "da-compare" });
  watch(() => {
    cancel.hidden = !isBusy.value;
    compare.hidden = isBusy.value || state.value === "final" || state.value === "stale";
    compare.hidden ||= !words.canCompare.value;
    compare.textContent = state.value === "none" ? "Compare" : "Compare again";
  });
  const automatic = checkbox("live", (on) => wire.write("live", on), {
    ended,
    testid: "da-live",
    title: DIFFERENTIAL_COMMANDS.live.help ?? "",
  });
  watch(() => {
    automatic.input.checked = live.value;
  });
  const csv = commands.button("csv", { label: "CSV", testid: "da-csv" });
  watch(() => {
    csv.disabled = !commands.enabled("csv");
  });
  form.hidden = true;
  const settings = button("Settings", () => fold(), { ended, testid: "da-settings" });
  const fold = () => {
    form.hidden = !form.hidden;
    settings.setAttribute("aria-expanded", String(!form.hidden));
  };
  settings.setAttribute("aria-expanded", "false");
  return h("span", { class: "pv-da-tools" }, automatic.el, compare, cancel, settings, csv);
}

/** The bar over a table that no longer answers what is asked. */
export function staleBar(
  words: ComparisonWords,
  commands: DifferentialCommands,
  { wire, watch }: DifferentialPanel,
): HTMLElement {
  const state = wire.read("da_state");
  const recompute = commands.button("compare", {
    label: "Recompute",
    kind: "primary",
    testid: "da-recompute",
  });
  const el = h(
    "div",
    { class: "pv-stale", role: "status", "data-testid": "da-stale" },
    "Groups or settings changed; this table is from before.",
    recompute,
  );
  watch(() => {
    el.hidden = state.value !== "stale";
    recompute.hidden = !words.canCompare.value;
  });
  return el;
}
