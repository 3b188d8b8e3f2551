/** Round numbers for the ticks of an axis. */

/** Multiples of 1, 2 or 5 times a power of ten within `[low, high]`, about `wanted` of them. */
export function ticks(low: number, high: number, wanted = 5): number[] {
  if (!(high > low)) return [low];
  const raw = (high - low) / Math.max(1, wanted);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5].find((factor) => factor * power >= raw) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  const digits = Math.max(0, -Math.floor(Math.log10(step)));
  return Array.from({ length: last - first + 1 }, (_, i) =>
    Number(((first + i) * step).toFixed(digits)),
  );
}

/** Powers of ten within `[low, high]`, with zero where the axis reaches it; at least two ticks. */
export function logTicks(low: number, high: number): number[] {
  const found = low <= 0 ? [0] : [];
  for (let power = 1; power <= high; power *= 10) if (power >= low) found.push(power);
  return found.length >= 2 ? found : ticks(low, high, 3);
}
