/** The table that the model of a page makes of the cells on its map. */
import { computed } from "@preact/signals-core";
import type { Columns } from "../arrays";
import type { PanelLifetime } from "../panel";
import { genesOf } from "../panels/comparison/region-genes";
import { byEvidence, columnsOf, csvText, reachOf } from "../panels/comparison/region-table";
import { h } from "../ui/dom";
import { count } from "../ui/format";
import type { Compared } from "./cell-choice";
import type { Answered, PageModel } from "./page-model";
import type { PageState } from "./page-state";
import { type Part, tablePart } from "./table-part";

/** Make the table; the model is asked while the table is looked at. */
export function modelTable(
  state: PageState,
  model: PageModel | undefined,
  isShown: () => boolean,
  lifetime: PanelLifetime,
): Part {
  const { data, compared } = state;
  const genes = data.genes ? genesOf(data.genes.texts, data.genes.codes) : undefined;
  lifetime.watch(() => {
    const pair = compared.value;
    if (pair && isShown()) model?.ask(pair);
  });
  const answer = computed<Answered>(() => (compared.value && model?.answer.value) || {});
  const table = computed<Columns | undefined>(() => {
    const { estimate } = answer.value;
    if (!estimate) return undefined;
    const columns = { region: data.regions, ...estimate.columns, ...genes } as Columns["columns"];
    return { columns, n_rows: data.n_regions };
  });
  let reach = 1;
  lifetime.watch(() => {
    reach = reachOf((table.value?.columns.effect_size ?? []) as ArrayLike<number>);
  });
  const notes = h("div", { class: "pv-page-notes", "data-testid": "page-model-notes" });
  lifetime.watch(() => {
    const texts = data.model ? notesOn(answer.value, compared.value, data.model) : [];
    const nodes = texts.map((text, at) => h("p", { class: `pv-text${at ? " pv-dim" : ""}` }, text));
    notes.replaceChildren(...nodes);
  });
  return tablePart(
    {
      ...{ columns: columnsOf(() => reach), label: "Regions by the model" },
      ...{ usualOrder: byEvidence, testid: "page-model", file: "by_the_model.csv" },
      ...{ csv: csvText, table, notes, none: "Draw around cells first." },
      words: computed(() => wordsOf(answer.value, compared.value)),
    },
    state,
    lifetime,
  );
}

/** What is compared, and how far that is. */
function wordsOf({ estimate, error }: Answered, pair: Compared | undefined): string {
  if (error) return `The model of this page cannot be used: ${error}`;
  if (!pair) return "Draw around cells: the model compares them with all others here.";
  const cells = `${pair.words}: ${count(pair.first.length)} and ${count(pair.second.length)} cells`;
  if (!estimate) return `${cells} · comparing by the model…`;
  const draws = `${count(estimate.n_samples)} draws a group`;
  return `${cells} · by the model, ${estimate.is_final ? draws : `${draws}, going on…`}`;
}

/** What is to be known about the table, the most important first. */
function notesOn(
  { estimate }: Answered,
  pair: Compared | undefined,
  { holds_out, few_cells }: NonNullable<PageState["data"]["model"]>,
): string[] {
  if (!estimate || !pair) return [];
  const unchecked =
    "Not checked: the model has seen all fragments, so cells that were drawn on its map may differ by chance.";
  const later = "An estimate; held-out fragments check the final one.";
  const check = holds_out ? estimate.sentence || later : unchecked;
  const small = [pair.first, pair.second].some(({ length }) => length < few_cells)
    ? `A group has fewer than ${few_cells} cells: what is open in so few is mostly chance.`
    : "";
  const how =
    "Computed in this page by the model as it was saved. “Open in 1”, “open in 2” and “emp. effect” are observed, “held out” is of fragments that the model never saw; all else is by the model.";
  return [check, small, how].filter(Boolean);
}
