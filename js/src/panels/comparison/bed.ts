/** Regions as lines of a BED file: for genome browsers and GREAT. */
import type { Columns } from "../../arrays";

/** The name of a region, as Python reads it: start and end are its last two numbers. */
const NAME = /^(\S+?)[:_-](\d+)[-_](\d+)$/;
const MAX_SCORE = 1000;

/** Lines of BED, and how many names are not regions. */
export interface Bed {
  text: string;
  n_lines: number;
  n_left_out: number;
}

/**
 * Some rows as BED: chromosome, start, end, name, score and strand, as `pv.write_bed` writes them.
 * Names that are not regions are left out.
 */
export function bedOf(
  { columns }: Columns,
  rows: Uint32Array,
  regionOf: (row: number) => string,
): Bed {
  const lines: string[] = [];
  for (const row of rows) {
    const region = regionOf(row);
    const place = NAME.exec(region.trim());
    if (!place) continue;
    const label = (columns.gene?.[row] || region).toString();
    const share = Number(columns.prob_da?.[row]) || 0;
    const score = Math.round(MAX_SCORE * share);
    lines.push([...place.slice(1, 4), word(label), score, "."].join("\t"));
  }
  return {
    text: lines.map((line) => `${line}\n`).join(""),
    n_lines: lines.length,
    n_left_out: rows.length - lines.length,
  };
}

/** A label without what separates columns and lines. */
const word = (label: string): string => label.trim().replaceAll(/\s+/g, "_");
