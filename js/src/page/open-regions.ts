/** Which regions are open in which cells: the counts of a saved page, as yes and no. */

/** The open regions of all cells. */
export interface OpenRegions {
  n_cells: number;
  n_regions: number;
  /** The regions of cell `i` are `regions` from `starts[i]` to `starts[i + 1]`. */
  starts: Uint32Array;
  regions: Uint32Array;
  /** In how many of some cells each region is open. */
  count(cells: ArrayLike<number>): Uint32Array;
  /** How many of some regions are open in each cell. */
  seen(some: ArrayLike<number>): Float32Array<ArrayBuffer>;
}

/**
 * Read them from bytes: for each cell how many regions are open in it, as 32 bits, the least byte first;
 * then for each open region how many it comes after the one before in the same cell (the first: its own
 * number), seven bits a byte, the least first, with the eighth bit where more follow.
 */
export function openRegions(bytes: Uint8Array, n_cells: number, n_regions: number): OpenRegions {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = new Uint32Array(n_cells + 1);
  for (let cell = 0; cell < n_cells; cell++) {
    starts[cell + 1] = (starts[cell] as number) + view.getUint32(4 * cell, true);
  }
  const regions = new Uint32Array(starts[n_cells] as number);
  let at = 4 * n_cells;
  for (let cell = 0; cell < n_cells; cell++) {
    let region = 0;
    for (let i = starts[cell] as number; i < (starts[cell + 1] as number); i++) {
      let step = 0;
      let shift = 0;
      let byte = 128;
      while (byte & 128) {
        byte = bytes[at++] as number;
        step |= (byte & 127) << shift;
        shift += 7;
      }
      region += step;
      regions[i] = region;
    }
  }
  if (at !== bytes.length) throw new RangeError("The counts of this page are damaged.");
  return {
    n_cells,
    n_regions,
    starts,
    regions,
    count(cells) {
      const found = new Uint32Array(n_regions);
      for (let i = 0; i < cells.length; i++) {
        const cell = cells[i] as number;
        const end = starts[cell + 1] as number;
        for (let j = starts[cell] as number; j < end; j++) {
          const region = regions[j] as number;
          found[region] = (found[region] as number) + 1;
        }
      }
      return found;
    },
    seen(some) {
      const found = new Float32Array(n_cells);
      for (let cell = 0; cell < n_cells; cell++) {
        const [start, end] = [starts[cell] as number, starts[cell + 1] as number];
        for (let i = 0; i < some.length; i++) {
          if (has(regions, start, end, some[i] as number))
            found[cell] = (found[cell] as number) + 1;
        }
      }
      return found;
    },
  };
}

/** Whether a value is in a part of a list that ascends. */
function has(list: Uint32Array, start: number, end: number, value: number): boolean {
  let [low, high] = [start, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low < end && list[low] === value;
}
