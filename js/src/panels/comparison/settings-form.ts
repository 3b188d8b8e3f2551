/** What is asked of two groups: the settings of a comparison, each with its words. */
import type { DifferentialIntent, DifferentialState } from "../../contract";
import type { Panel } from "../../panel";
import { columnChoices, whyNot } from "../../ui/column-choices";
import { checkbox, h, numberField, segmented, select } from "../../ui/dom";
import { short } from "../../ui/format";
import { genomeChoice } from "./genome-choice";

type Settings = Pick<
  DifferentialState,
  "two_sided" | "delta" | "fdr_target" | "batch_correction" | "estimand" | "level"
>;

const SIDES = [
  { value: "two", label: "two-sided", title: "more open in either group counts" },
  { value: "one", label: "one-sided", title: "only more open in group 1 counts" },
] as const;
const ESTIMANDS = [
  { value: "difference", label: "difference" },
  { value: "log2", label: "log2 ratio" },
] as const;
const LEVELS = [
  { value: "auto", label: "automatic" },
  { value: "group", label: "means of the groups" },
  { value: "cell", label: "single cells" },
] as const;

/** The settings in a few words: "two-sided · δ 0.05". */
export function summaryOf({
  two_sided,
  delta,
  estimand,
  level,
  batch_correction,
}: Settings): string {
  return [
    two_sided ? "two-sided" : "one-sided",
    estimand === "log2" ? `δ ${short(delta)} log2` : `δ ${short(delta)}`,
    ...(level === "cell" ? ["single cells"] : level === "group" ? ["means"] : []),
    ...(batch_correction ? ["batch-corrected"] : []),
  ].join(" · ");
}

/** What delta means, in one line. */
export function explained({
  two_sided,
  delta,
  estimand,
}: Pick<Settings, "two_sided" | "delta" | "estimand">): string {
  const d = short(delta);
  if (estimand === "log2") {
    const fold = short(2 ** delta);
    const change = `log2(p1 / p2) ≥ ${d}, that is ${fold}-fold`;
    return two_sided
      ? `counts: ${change}, or the reverse, whichever is likelier`
      : `counts: ${change}, more open in group 1`;
  }
  return two_sided
    ? `counts: accessibility differs by ${d} or more, |p1 − p2| ≥ ${d}`
    : `counts: more open in group 1 by ${d} or more, p1 − p2 ≥ ${d}`;
}

const labelled = (label: string, control: HTMLElement) =>
  h("label", { class: "pv-setting" }, h("span", {}, label), control);

/** Make the form; what it shows is always what Python holds, except while it is being typed. */
export function settingsForm(
  panel: Pick<Panel<DifferentialState, DifferentialIntent>, "wire" | "watch" | "ended">,
): HTMLElement {
  const { wire, watch, ended } = panel;
  const [two_sided, delta, fdr_target] = [
    wire.read("two_sided"),
    wire.read("delta"),
    wire.read("fdr_target"),
  ];
  const [batch_correction, batch_key, estimand] = [
    wire.read("batch_correction"),
    wire.read("batch_key"),
    wire.read("estimand"),
  ];
  const [obs_columns, donor_column] = [wire.read("obs_columns"), wire.read("donor")];
  const stability = wire.read("stability");

  const sides = segmented(SIDES, (side) => wire.write("two_sided", side === "two"), {
    ended,
    testid: "da-sides",
    label: "Direction",
    value: two_sided.value ? "two" : "one",
  });
  const smallest = numberField((value) => wire.write("delta", value), {
    ended,
    testid: "da-delta",
    min: 0,
    title: "smallest change that counts: 0 or more",
  });
  const target = numberField((value) => wire.write("fdr_target", value), {
    ended,
    testid: "da-fdr-target",
    min: 0,
    max: 1,
    title: "expected share of false discoveries among the regions called: between 0 and 1",
  });
  const change = (value: string) => wire.write("estimand", value as Settings["estimand"]);
  const change_as = select(ESTIMANDS, change, { ended, testid: "da-estimand" });
  const level = wire.read("level");
  const compared = select(LEVELS, (value) => wire.write("level", value as Settings["level"]), {
    ended,
    testid: "da-level",
  });
  const levels = labelled("compare", compared);
  levels.title =
    "The mean of each group, or a cell of one group with a cell of the other as scvi-tools does. " +
    "Automatic: single cells for a model of scvi-tools or one trained as it trains, else the means.";
  watch(() => {
    compared.value = level.value;
  });
  const batch = checkbox("batch correction", (on) => wire.write("batch_correction", on), {
    ended,
    testid: "da-batch-correction",
  });
  const why = h("span", { class: "pv-dim" }, "(no batch column is set up)");
  batch.el.append(why);
  const donors = select([], (column) => wire.write("donor", column || null), {
    ended,
    testid: "da-donor",
  });
  const donor = labelled("donors", donors);
  donor.title =
    "Column that says which donor a cell comes from: the table is tested across donors.";
  watch(() => {
    const columns = obs_columns.value;
    donors.setChoices([
      { value: "", label: "not compared" },
      ...columnChoices(columns, "categories"),
    ]);
    donors.value = donor_column.value ?? "";
    donor.hidden = columns.every((column) => whyNot(column, "categories"));
  });
  const redraws = checkbox("stability", (on) => wire.write("stability", on), {
    ended,
    testid: "da-stability-asked",
    title:
      "Redraw the groups' borders and the posterior 20 times, in the background: in how many a region stays called",
  });
  watch(() => {
    redraws.input.checked = stability.value;
  });
  const genes = genomeChoice(panel);
  const line = h("p", { class: "pv-dim pv-explained", "data-testid": "da-explained" });

  watch(() => {
    sides.value = two_sided.value ? "two" : "one";
  });
  watch(() => {
    smallest.value = delta.value;
  });
  watch(() => {
    target.value = fdr_target.value;
  });
  watch(() => {
    change_as.value = estimand.value;
  });
  watch(() => {
    const has = batch_key.value !== null;
    why.hidden = has;
    batch.input.disabled = !has;
    batch.input.checked = has && batch_correction.value;
    batch.el.title = has
      ? `compare cells of different batches (${batch_key.value}) as if they were of the same one`
      : "Choose a batch column in the data panel and train with it first.";
  });
  watch(() => {
    line.textContent = explained({
      two_sided: two_sided.value,
      delta: delta.value,
      estimand: estimand.value,
    });
  });

  return h(
    "div",
    { class: "pv-question", "data-testid": "da-question" },
    sides.el,
    levels,
    labelled("change as", change_as),
    labelled("δ", smallest.el),
    labelled("FDR target", target.el),
    batch.el,
    donor,
    redraws.el,
    labelled("genes", genes),
    line,
  );
}
