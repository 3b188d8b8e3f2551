/** What is drawn along a stretch of the genome; places are in base pairs, counted from 0. */

/** A gene; ends are not included. */
export interface Gene {
  name: string;
  start: number;
  end: number;
  /** Whether it is read from left to right. */
  isForward: boolean;
  exons: readonly (readonly [start: number, end: number])[];
}

/** A region of the data. */
export interface GenomeRegion {
  name: string;
  start: number;
  end: number;
  /** 1 where the table calls it, 2 where it is confirmed too, 3 where that was not checked. */
  mark: number;
}

/** A group of cells along the stretch. */
export interface GenomeTrack {
  name: string;
  n_cells: number;
  /** Its color on a dark or a light canvas. */
  color(pen: { colors: Readonly<Record<string, string>> }): string;
  /** Share of the cells in which each region is open. */
  observed: ArrayLike<number>;
  /** The same by the model. */
  expected?: ArrayLike<number> | undefined;
  /** Cut sites in bins of equal width. */
  coverage?: ArrayLike<number> | undefined;
}

/** All of it. */
export interface GenomeData {
  chromosome: string;
  start: number;
  end: number;
  genes: readonly Gene[];
  regions: readonly GenomeRegion[];
  tracks: readonly GenomeTrack[];
  /** The track of each single cell, and cell, start and end of each of its marks. */
  cellTracks: ArrayLike<number>;
  cellMarks: ArrayLike<number>;
}

/** What is in sight, in base pairs. */
export interface View {
  start: number;
  end: number;
}

const LEAST = 200; // base pairs in sight
const MOST = 5_000_000;

/** A view that can be shown: neither too near nor too far, and not before the first base. */
export function possibleView({ start, end }: View): View {
  const width = Math.min(MOST, Math.max(LEAST, end - start));
  const from = Math.max(0, (start + end - width) / 2);
  return { start: Math.round(from), end: Math.round(from + width) };
}

/** The view `factor` times as near, with `at` where it was. */
export function zoomed({ start, end }: View, factor: number, at = (start + end) / 2): View {
  const width = Math.min(MOST, Math.max(LEAST, (end - start) / factor));
  const from = Math.max(0, at - ((at - start) / (end - start)) * width);
  return possibleView({ start: from, end: from + width });
}

/** The view moved by some base pairs, as far as there are any. */
export function moved({ start, end }: View, by: number): View {
  const step = Math.max(-start, by);
  return possibleView({ start: start + step, end: end + step });
}

/**
 * The row of each item so that those of one row do not touch: the first row where there is room; -1
 * where there is none in `most` rows. Items come by rising left edge.
 */
export function rowsOf(
  items: readonly { left: number; right: number }[],
  most: number,
  gap = 6,
): number[] {
  const ends: number[] = [];
  return items.map(({ left, right }) => {
    let row = ends.findIndex((end) => end + gap <= left);
    if (row < 0 && ends.length < most) row = ends.length;
    if (row >= 0) ends[row] = right;
    return row;
  });
}

/** The largest value in sight of all tracks, by which they share a scale; 0 where there is none. */
export function commonMost(
  { start, end, tracks }: GenomeData,
  view: View,
  of: (track: GenomeTrack) => ArrayLike<number> | undefined,
  places?: readonly View[],
): number {
  let most = 0;
  for (const track of tracks) {
    const values = of(track);
    if (!values) continue;
    const width = (end - start) / values.length;
    for (let i = 0; i < values.length; i++) {
      const from = places ? (places[i]?.start ?? 0) : start + i * width;
      const to = places ? (places[i]?.end ?? 0) : from + width;
      if (to > view.start && from < view.end) most = Math.max(most, values[i] as number);
    }
  }
  return most;
}
