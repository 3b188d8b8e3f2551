/** Regions as lines of a BED file: for genome browsers and GREAT. */
import type { Columns } from "../../arrays";

/** The forms of names that Python reads: the numbers last, or with what makes a name unique. */
const UNIQUE = /^([^\s:*]+):(\d+)-(\d+)(?:-\d+)?$/;
const NAME = /^(\S+?)[:_-](\d+)[-_](\d+)$/;
const STRAND = /(?:\([+*.-]\)|[:_,-][+*.-]|\+|\*)$/;
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
  { columns }: Pick<Columns, "columns">,
  rows: Uint32Array,
  regionOf: (row: number) => string,
): Bed {
  const names = new Set(Array.from(rows, regionOf));
  const lines: string[] = [];
  for (const row of rows) {
    const region = regionOf(row);
    const place = placeOf(region, names);
    if (!place) continue;
    const label = (columns.gene?.[row] || region).toString();
    const share = Number(columns.prob_da?.[row]) || 0;
    const score = Math.round(MAX_SCORE * share);
    lines.push([...place, word(label), score, "."].join("\t"));
  }
  const text = lines.map((line) => `${line}\n`).join("");
  return { text, n_lines: lines.length, n_left_out: rows.length - lines.length };
}

/** Chromosome, start and end in the name of a region; `undefined` where it is none. */
function placeOf(name: string, names: ReadonlySet<string>): readonly string[] | undefined {
  const plain = name.trim().replaceAll(/(?<=\d),(?=\d{3})/g, "");
  const base = plain.replace(/-\d+$/, ""); // where it makes the name of another region unique
  const found =
    UNIQUE.exec(plain) ??
    (names.has(base) ? NAME.exec(base) : null) ??
    NAME.exec(plain) ??
    NAME.exec(plain.replace(STRAND, ""));
  if (!found || Number(found[2]) > Number(found[3])) return undefined;
  return found.slice(1, 4);
}

/** A label without what separates columns and lines. */
const word = (label: string): string => label.trim().replaceAll(/\s+/g, "_");
