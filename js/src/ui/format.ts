/** Numbers as people read them: thousands apart, fixed decimals, a true minus sign. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const fixedFormats = new Map<number, Intl.NumberFormat>();

/** 9440 as `9,440`. */
export const count = (value: number): string => WHOLE.format(value);

/** 0.99812 as `0.998`; nothing to say about what is not a number. */
export function fixed(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const text = numberFormat(digits).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** 0.8312 as `+0.83`, -0.8312 as `−0.83`. */
export function signed(value: number, digits = 2): string {
  const text = fixed(value, digits);
  return value > 0 && /[1-9∞]/.test(text) ? `+${text}` : text;
}

/** A share of 0.517 as `51.7 %`. */
export const percent = (share: number, digits = 1): string =>
  Number.isFinite(share) ? `${fixed(100 * share, digits)} %` : fixed(share);

/** A number short enough for an axis: `0.05`, `1,200`, `25k`, `2M`, `1e-6`. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${trimmed(value / 1e6)}M`;
  if (size >= 1e4) return `${trimmed(value / 1e3)}k`;
  if (size !== 0 && size < 1e-3) return value.toExponential(0).replace("-", "−");
  return trimmed(value);
}

/** A parameter that was computed: a whole number as it is, another one to three digits. */
export const rounded = (value: number): string =>
  String(Number.isInteger(value) ? value : Number(value.toPrecision(3)));

/** Seconds as `0:45` or `1:02:09`. */
export function clock(seconds: number): string {
  if (!Number.isFinite(seconds)) return "–";
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number) => String(value).padStart(2, "0");
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const trimmed = (value: number): string =>
  value.toLocaleString("en-US", { maximumFractionDigits: 3 }).replace("-", "−");

function numberFormat(digits: number): Intl.NumberFormat {
  let format = fixedFormats.get(digits);
  if (!format) {
    const both = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    format = new Intl.NumberFormat("en-US", both);
    fixedFormats.set(digits, format);
  }
  return format;
}
