/** The head of the genome: where to look, how near, and which cells are compared. */
import type { RegionIntent, RegionState } from "../../contract";
import { zoomed } from "../../draw/genome/genome-data";
import type { GenomeView } from "../../draw/genome/genome-view";
import type { Panel } from "../../panel";
import { button, checkbox, h, READ_ONLY_CONTROL, row, select } from "../../ui/dom";
import { download } from "../../ui/download";

/** The head, and what others change of it. */
export interface RegionHead {
  el: HTMLElement;
  /** The place in the field. */
  where: HTMLInputElement;
  state: HTMLOutputElement;
  save: HTMLButtonElement;
}

/** Make the head; `move` brings another view into sight. */
export function regionHead(
  plot: GenomeView,
  move: (view: GenomeView["view"]) => void,
  { wire, watch, ended }: Panel<RegionState, RegionIntent>,
): RegionHead {
  const [columns, tracks_by] = [wire.read("obs_columns"), wire.read("tracks_by")];
  const where = h("input", {
    ...{ type: "text", class: "pv-field pv-region-where", spellcheck: "false" },
    ...{ placeholder: "gene or place", "aria-label": "Gene, region or place" },
    ...{ title: "MS4A1, chr11:60,400,000-60,500,000, or a region", "data-testid": "region-where" },
    autocomplete: "off",
  });
  onEnter(where, (text) => wire.ask({ intent: "show_region", where: text }), ended);
  const zoom = (label: string, icon: string, factor: number, testid: string) =>
    button(label, () => move(zoomed(plot.view, factor)), {
      ...{ ended, icon, testid, iconOnly: true, kind: "ghost" },
    });
  const by = select([], (name) => wire.write("tracks_by", name), {
    ...{ ended, testid: "region-by" },
    title: "The groups, or without groups what colors the cells; or the categories of a column",
  });
  watch(() => {
    const names = columns.value.filter(({ kind }) => kind === "category").map(({ name }) => name);
    by.setChoices([{ value: "", label: "groups" }, ...names]);
    by.value = tracks_by.value;
  });
  const showCells = (is: boolean) => {
    plot.showCells = is;
  };
  const cells = checkbox("single cells", showCells, {
    ...{ ended, testid: "region-cells", title: "Up to 300 cells, one row each" },
  });
  cells.input.dataset.looks = String(READ_ONLY_CONTROL["data-looks"]);
  const keep = (blob: Blob | null) => {
    if (blob) download(blob, `${where.value.replace(/\W+/g, "_")}.png`, "image/png");
  };
  const save = button("PNG", () => plot.picture(keep), {
    ...{ ended, testid: "region-png", kind: "ghost" },
    title: "Download this picture; session.figure('region', path='region.svg') makes an SVG",
  });
  const state = h("output", { class: "pv-dim", "data-testid": "region-state" });
  const compared = h("label", { class: "pv-setting" }, h("span", {}, "compare"), by);
  const nearer = [zoom("Zoom out", "−", 0.5, "region-out"), zoom("Zoom in", "+", 2, "region-in")];
  const el = h(
    "div",
    { class: "pv-panel-head" },
    ...[where, ...nearer, compared, cells.el, state, h("span", { class: "pv-grow" }), save],
  );
  return { el, where, state, save };
}

/** A field for the path of the fragments, where they do not lie beside the counts. */
export function fragmentsRow({ wire, ended }: Panel<RegionState, RegionIntent>): HTMLElement {
  const field = h("input", {
    ...{ type: "text", class: "pv-field", placeholder: "fragments.tsv.gz", spellcheck: "false" },
    ...{ title: "Path of a fragments file with its index, then Enter", autocomplete: "off" },
    "data-testid": "region-fragments",
  });
  onEnter(field, (path) => wire.ask({ intent: "use_fragments", path }), ended);
  return row("fragments", field);
}

/** Run with what is typed when Enter is pressed. */
function onEnter(field: HTMLInputElement, run: (text: string) => void, ended: AbortSignal) {
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || !field.value.trim()) return;
    event.preventDefault();
    run(field.value.trim());
  };
  field.addEventListener("keydown", press, { signal: ended });
}
