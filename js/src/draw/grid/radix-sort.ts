/** Sorting by numbers in a few passes over the rows, however many there are. */

const N_DIGITS = 0x10000;
const ONES = 0xffffffff;
const SIGN = 0x80000000;

/**
 * Rows in the order of their numbers; ties stay as they came, and what is not a number comes last
 * either way. `keys` has a number for each row of the table.
 */
export function sortByNumbers(
  rows: Uint32Array,
  keys: ArrayLike<number>,
  ascending: boolean,
): Uint32Array {
  const { high, low } = wordsOf(rows, keys, ascending);
  let order = Uint32Array.from(rows.keys());
  let next = new Uint32Array(rows.length);
  for (const words of [low, high]) {
    for (const shift of [0, 16]) {
      const isSorted = !sortByDigit(words, shift, order, next);
      if (!isSorted) [order, next] = [next, order];
    }
  }
  return order.map((at) => rows[at] as number);
}

/**
 * Rows by whole numbers from 0, the last of the lists the most important; ties stay as they are. What
 * is beyond 32 bits is sorted as well, in more passes.
 */
export function sortByWhole(keys: readonly ArrayLike<number>[]): Uint32Array {
  const n = keys[0]?.length ?? 0;
  let order: Uint32Array = new Uint32Array(n).map((_, at) => at);
  let next: Uint32Array = new Uint32Array(n);
  for (const values of keys) {
    const words = Uint32Array.from(values);
    const isBeyond = words.some((word, row) => word !== values[row]);
    if (isBeyond) {
      order = sortByNumbers(order, values, true);
      continue;
    }
    for (const shift of [0, 16])
      if (sortByDigit(words, shift, order, next)) [order, next] = [next, order];
  }
  return order;
}

/** Write an order into `next`, sorted by 16 bits; false where these are the same in all rows. */
function sortByDigit(
  words: Uint32Array,
  shift: number,
  order: Uint32Array,
  next: Uint32Array,
): boolean {
  const digit = (at: number) => ((words[at] as number) >>> shift) & (N_DIGITS - 1);
  const places = new Uint32Array(N_DIGITS);
  for (let at = 0; at < words.length; at++) places[digit(at)] = (places[digit(at)] as number) + 1;
  if (words.length === 0 || places[digit(0)] === words.length) return false;
  let sum = 0;
  for (let value = 0; value < N_DIGITS; value++) {
    const n = places[value] as number;
    places[value] = sum;
    sum += n;
  }
  for (let at = 0; at < order.length; at++) {
    const from = order[at] as number;
    const value = digit(from);
    const to = places[value] as number;
    next[to] = from;
    places[value] = to + 1;
  }
  return true;
}

/** The bits of each row's number, changed so that whole numbers of these bits have its order. */
function wordsOf(rows: Uint32Array, keys: ArrayLike<number>, ascending: boolean) {
  const [high, low] = [new Uint32Array(rows.length), new Uint32Array(rows.length)];
  const bits = new DataView(new ArrayBuffer(8));
  const turned = ascending ? 0 : ONES;
  for (let at = 0; at < rows.length; at++) {
    const value = (keys[rows[at] as number] as number) + 0; // -0 is 0
    bits.setFloat64(0, value);
    const first = bits.getUint32(0);
    const isNegative = (first & SIGN) !== 0;
    const isNumber = !Number.isNaN(value);
    high[at] = isNumber ? first ^ (isNegative ? ONES : SIGN) ^ turned : ONES;
    low[at] = isNumber ? bits.getUint32(4) ^ (isNegative ? ONES : 0) ^ turned : ONES;
  }
  return { high, low };
}
