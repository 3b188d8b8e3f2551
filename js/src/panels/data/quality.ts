/** Two histograms with handles and the fields that say the same: what a filter would keep, live. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import { numbers, type WireArray } from "../../arrays";
import type { FilterSettings } from "../../contract";
import { histogram, type Range } from "../../draw/plots/histogram";
import type { PanelLifetime } from "../../panel";
import { checkbox, h, segmented } from "../../ui/dom";
import { count } from "../../ui/format";
import { optionalNumber } from "../../ui/optional-number";
import {
  cellsNeeded,
  type Draft,
  draftOf,
  hundredths,
  preview,
  read,
  same,
  settingsOf,
} from "./filter-draft";

/** What the part looks at. */
export interface Quality {
  regions_per_cell: ReadonlySignal<WireArray>;
  cells_per_region: ReadonlySignal<WireArray>;
  filter_settings: ReadonlySignal<FilterSettings | null>;
  n_cells: ReadonlySignal<number>;
  n_regions: ReadonlySignal<number>;
  n_cells_opened: ReadonlySignal<number>;
  n_regions_opened: ReadonlySignal<number>;
}

/** The elements, and what they are set to. */
export interface QualityPart {
  el: HTMLElement[];
  settings(): FilterSettings;
  /** Whether the settings differ from what the counts were filtered by. */
  changed(): boolean;
}

const HEIGHT = 38; // pixels of the bars

/** Make the part. */
export function quality(state: Quality, { watch, ended }: PanelLifetime): QualityPart {
  const draft = signal<Draft>(draftOf(state.filter_settings.peek()));
  const set = (part: Partial<Draft>) => {
    draft.value = { ...draft.peek(), ...part };
  };

  const ofCells = histogram({
    label: "open regions per cell",
    change: ({ low, high }) => {
      const { extent } = ofCells;
      set({
        min_regions: low <= extent.low ? 0 : low,
        max_regions: high >= extent.high ? null : high,
      });
    },
    ended,
    log: true,
    height: HEIGHT,
    testid: "regions-per-cell",
  });
  // Regions are cut at their lower end only, so the upper handle is out of sight and comes back.
  const ofRegions = histogram({
    label: "cells per region",
    change: ({ low }: Range) => set({ min_cells: inUnit(low) }),
    ended,
    log: true,
    height: HEIGHT,
    testid: "cells-per-region",
  });
  ofRegions.el.classList.add("pv-lower-only");

  const lowest = optionalNumber((value) => set({ min_regions: value ?? 0 }), {
    ended,
    min: 0,
    whole: true,
    none: "any",
    label: "fewest open regions of a cell",
    testid: "min-regions",
  });
  const highest = optionalNumber((value) => set({ max_regions: value }), {
    ended,
    min: 0,
    whole: true,
    none: "any",
    label: "most open regions of a cell",
    testid: "max-regions",
  });
  const needed = optionalNumber((value) => set({ min_cells: value ?? 0 }), {
    ended,
    min: 0,
    label: "fewest cells of a region",
    testid: "min-cells",
  });
  const unit = segmented(["cells", "%"], (next) => set(converted(next)), {
    ended,
    label: "count cells or their share",
    value: draft.peek().unit,
    testid: "min-cells-unit",
  });
  const chromosomes = checkbox(
    "standard chromosomes only",
    (standard_chromosomes) => set({ standard_chromosomes }),
    {
      ended,
      title: "Drop regions on contigs and on the mitochondrial genome",
      testid: "standard-chromosomes",
    },
  );

  /** The bound of the second histogram, in the unit that was chosen. */
  function inUnit(cells: number): number {
    if (draft.peek().unit === "cells") return cells;
    return hundredths(Number((cells / Math.max(1, keptCells())).toFixed(4)));
  }
  function converted(next: Draft["unit"]): Partial<Draft> {
    const cells = cellsNeeded(draft.peek(), keptCells());
    draft.value = { ...draft.peek(), unit: next };
    return { min_cells: next === "cells" ? cells : inUnit(cells) };
  }
  const keptCells = () => expected().cells.n;
  const expected = () =>
    preview(
      draft.peek(),
      (range) => ofCells.kept(range),
      (range) => ofRegions.kept(range),
      state.n_cells_opened.peek(),
    );

  watch(() => {
    ofCells.show(numbers(state.regions_per_cell.value));
    ofRegions.show(numbers(state.cells_per_region.value));
    draft.value = draftOf(state.filter_settings.value);
  });

  const isApplied = () => {
    const applied = state.filter_settings.value;
    return applied !== null && same(applied, settingsOf(draft.value));
  };
  const [cells, regions] = [outcome("cells"), outcome("regions")];
  watch(() => {
    const { min_regions, max_regions, min_cells } = draft.value;
    const before = { cells: state.n_cells_opened.value, regions: state.n_regions_opened.value };
    ofCells.range = { low: min_regions, high: max_regions ?? ofCells.extent.high };
    lowest.show(min_regions || null);
    highest.show(max_regions);
    needed.show(min_cells);
    needed.input.step = draft.value.unit === "%" ? "any" : "1";
    needed.input.max = draft.value.unit === "%" ? "99.9" : "";
    unit.value = draft.value.unit;
    chromosomes.input.checked = draft.value.standard_chromosomes;
    const after = expected();
    const bound = cellsNeeded(draft.value, after.cells.n);
    ofRegions.range = { low: bound, high: ofRegions.extent.high };
    const applied = isApplied();
    const sure = { n: state.n_cells.value, sure: "" } as const;
    cells.show(before.cells, read(applied ? sure : after.cells));
    const sureRegions = { n: state.n_regions.value, sure: "" } as const;
    regions.show(before.regions, read(applied ? sureRegions : after.regions));
  });

  const line = (...parts: (Node | string)[]) => h("div", { class: "pv-line pv-limits" }, ...parts);
  return {
    el: [
      h("div", { class: "pv-caption" }, "open regions per cell"),
      ofCells.el,
      line("keep", lowest.input, "to", highest.input, "regions"),
      h("div", { class: "pv-caption" }, "cells per region"),
      ofRegions.el,
      line("at least", needed.input, unit.el),
      chromosomes.el,
      h("div", { class: "pv-outcome", "data-testid": "outcome" }, cells.el, regions.el),
    ],
    settings: () => settingsOf(draft.value),
    changed: () => !isApplied(),
  };
}

/** One line "10,233 → 9,440 cells". */
function outcome(what: "cells" | "regions") {
  const kept = h("b", { "data-testid": `kept-${what}` });
  const before = h("span", { class: "pv-dim" });
  return {
    el: h("div", {}, before, kept, ` ${what}`),
    show(n: number, after: string) {
      before.textContent = `${count(n)} → `;
      kept.textContent = after;
    },
  };
}
