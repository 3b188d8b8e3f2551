/** Random numbers that follow from a seed. */

/** A stream of numbers. */
export interface Random {
  /** The next number, in [0, 1). */
  uniform(): number;
  /** The next number of a standard normal distribution. */
  normal(): number;
}

/** The stream of a seed, which is some whole numbers. */
export function randomOf(...seed: number[]): Random {
  let state = 0x9e3779b9;
  const next32 = () => {
    state = (state + 0x9e3779b9) | 0; // a counter, whose bits are then mixed
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) >>> 0;
  };
  for (const part of seed) state = next32() ^ part;
  const uniform = () => (next32() * 2 ** 21 + (next32() >>> 11)) / 2 ** 53;
  let kept: number | undefined;
  return {
    uniform,
    normal() {
      if (kept !== undefined) {
        const value = kept;
        kept = undefined;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(1 - uniform()));
      const angle = 2 * Math.PI * uniform();
      kept = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** Draw `n` of some values, so that none comes again before all others have come. */
export function drawnEvenly(values: ArrayLike<number>, n: number, random: Random): Uint32Array {
  const found = new Uint32Array(n);
  const order = Uint32Array.from(values);
  for (let start = 0; start < n; start += order.length) {
    for (let i = order.length - 1; i > 0; i--) {
      const other = Math.floor(random.uniform() * (i + 1));
      const value = order[i] as number;
      order[i] = order[other] as number;
      order[other] = value;
    }
    found.set(order.subarray(0, Math.min(order.length, n - start)), start);
  }
  return found;
}
