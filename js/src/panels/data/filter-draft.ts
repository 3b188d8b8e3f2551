/** What a filter would keep, worked out in the browser before Python is asked. */
import { FILTER_DEFAULTS, type FilterSettings } from "../../contract";
import { count } from "../../ui/format";

/** A filter as it is set on screen; `min_cells` counts cells, or hundredths of them. */
export interface Draft {
  min_regions: number;
  /** `null` for no bound. */
  max_regions: number | null;
  min_cells: number;
  unit: "cells" | "%";
  standard_chromosomes: boolean;
}

/** A number, and how sure it is. */
export interface Estimate {
  n: number;
  sure: "" | "about" | "at most";
}

/** What is offered before anything was filtered: Python's own defaults. */
export const UNFILTERED: Draft = { ...FILTER_DEFAULTS, unit: "cells" };

/** Settings as Python holds them, on screen. */
export function draftOf(settings: FilterSettings | null): Draft {
  if (!settings) return UNFILTERED;
  const isShare = settings.min_cells > 0 && settings.min_cells < 1;
  const min_cells = isShare ? hundredths(settings.min_cells) : settings.min_cells;
  return { ...settings, min_cells, unit: isShare ? "%" : "cells" };
}

/** A draft as Python takes it: a share is below 1. */
export const settingsOf = ({ unit, min_cells, ...rest }: Draft): FilterSettings => ({
  ...rest,
  min_cells: unit === "%" ? Number((min_cells / 100).toFixed(6)) : min_cells,
});

/** Whether two settings keep the same. */
export function same(a: FilterSettings, b: FilterSettings): boolean {
  return (Object.keys(a) as (keyof FilterSettings)[]).every((name) => a[name] === b[name]);
}

/** A share as hundredths, without the noise of binary fractions. */
export const hundredths = (share: number): number => Number((100 * share).toFixed(4));

/** In how many of the kept cells a region must be open; rounded down as Python does. */
export const cellsNeeded = ({ unit, min_cells }: Draft, n_cells: number): number =>
  unit === "%" ? Math.floor((min_cells / 100) * n_cells + 1e-9) : min_cells;

/** How many values lie between two bounds, both included. */
export type Kept = (range: { low: number; high: number }) => number;

/**
 * What a draft would keep. The two columns were counted over all cells and all regions, so a number
 * is sure only where the other side loses nothing; only Python knows the rest.
 */
export function preview(
  draft: Draft,
  cells: Kept,
  regions: Kept,
  n_cells_opened: number,
): { cells: Estimate; regions: Estimate } {
  const { min_regions, max_regions, unit, standard_chromosomes } = draft;
  const anyCell = min_regions <= 0 && max_regions === null;
  const n_cells = anyCell
    ? n_cells_opened
    : cells({ low: min_regions, high: max_regions ?? Number.POSITIVE_INFINITY });
  const n_regions = regions({
    low: cellsNeeded(draft, n_cells),
    high: Number.POSITIVE_INFINITY,
  });
  const allCells = n_cells === n_cells_opened;
  const cellsSure = anyCell || !standard_chromosomes ? "" : "about";
  const fewer = unit === "cells" || (allCells && cellsSure === "") ? "at most" : "about";
  const regionsSure = allCells && !standard_chromosomes ? "" : fewer;
  return { cells: { n: n_cells, sure: cellsSure }, regions: { n: n_regions, sure: regionsSure } };
}

/** An estimate as it is read: "at most 9,295". */
export const read = ({ n, sure }: Estimate): string => (sure ? `${sure} ${count(n)}` : count(n));
