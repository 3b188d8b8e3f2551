/** Which color means what: categories, values, the unknown; each in a light and a dark form. */
import { CATEGORIES, COLORMAPS, PALE, PUBLISHED, UNKNOWN } from "./colors";

export { PLAIN, UNKNOWN } from "./colors";

/** A color as `#rrggbb`. */
export type Hex = string;

/** One color for a white canvas and one for a dark canvas. */
export interface Paired {
  light: Hex;
  dark: Hex;
}

/** A published palette for both canvases: what would be lost on one is lifted or lowered a little. */
const published = (colors: readonly Hex[]): readonly Paired[] =>
  colors.map((color) => ({
    light: isDark(color) ? color : mix(color, "#000000", 0.08),
    dark: brightness(color) < 80 ? mix(color, "#ffffff", 0.4) : color,
  }));

/** A palette: its name, or a color for each code, of which an empty one is left to the usual ones. */
export type Palette = string | readonly Hex[];

const given = new WeakMap<readonly Hex[], readonly Paired[]>();

/** Colors as a person gave them: on any canvas the same. */
function taken(palette: readonly Hex[]): readonly Paired[] {
  const known =
    given.get(palette) ??
    palette.map((color, code) => (color ? { light: color, dark: color } : categoryColor(code)));
  given.set(palette, known);
  return known;
}

/** The color of one category; after the last it starts again, lighter, then darker. */
export function categoryColor(code: number, palette: Palette = ""): Paired {
  const named = typeof palette === "string" ? published(PUBLISHED[palette] ?? []) : taken(palette);
  const colors = named?.length ? named : CATEGORIES;
  const round = Math.floor(code / colors.length);
  const color = colors[code % colors.length] ?? UNKNOWN;
  if (round === 0) return color;
  const [towards, share] = round % 2 === 1 ? ["#ffffff", 0.3] : ["#000000", 0.25];
  return { dark: mix(color.dark, towards, share), light: mix(color.light, towards, share * 0.8) };
}

/**
 * A value's color; `at` runs from 0 to 1 between the contrast limits. More is brighter on a dark canvas
 * and darker on a white one, and both ends can be seen.
 */
export function valueColor(at: number, dark: boolean, colormap = "viridis"): Hex {
  const share = Math.min(1, Math.max(0, at));
  const stops = stopsOf(colormap);
  const begin = /magma|grey/.test(colormap) ? 0.34 : 0.15; // black would not be seen
  if (dark) return between(stops, begin + (1 - begin) * share);
  return mix(between(stops, 0.72 * (1 - share)), PALE, Math.max(0, 0.9 - 2 * share));
}

const stopsOf = (colormap: string): Hex[] =>
  (COLORMAPS[colormap] ?? COLORMAPS.viridis ?? "").split(" ").map((stop) => `#${stop}`);

function between(stops: readonly Hex[], at: number): Hex {
  const place = at * (stops.length - 1);
  const step = Math.min(stops.length - 2, Math.floor(place));
  return mix(stops[step] ?? PALE, stops[step + 1] ?? PALE, place - step);
}

/** The same colors as a CSS gradient from left to right. */
export function valueGradient(dark: boolean, colormap?: string): string {
  const stops = Array.from({ length: 17 }, (_, i) => valueColor(i / 16, dark, colormap));
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** A CSS color that follows the theme. */
export const themed = ({ light, dark }: Paired): string => `light-dark(${light}, ${dark})`;

/** `share` of `b` in `a`, channel by channel as screens store them. */
export function mix(a: Hex, b: Hex, share: number): Hex {
  const from = channels(a);
  const to = channels(b);
  const blended = from.map((value, i) => Math.round(value + ((to[i] ?? 0) - value) * share));
  return `#${blended.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** True where the color is nearer to black than to white, as the eye sees it. */
export const isDark = (color: Hex): boolean => brightness(color) < 128;

function brightness(color: Hex): number {
  const [red, green, blue] = channels(color);
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/** Red, green and blue, 0 to 255, of `#rgb`, `#rrggbb` or `rgb(...)`. */
export function channels(color: string): [number, number, number] {
  const text = color.trim();
  if (!text.startsWith("#")) {
    const [red = 0, green = 0, blue = 0] = (text.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue];
  }
  const long = text.length < 7 ? text.replace(/[\da-f]/gi, "$&$&") : text;
  const bits = Number.parseInt(long.slice(1, 7), 16);
  return [(bits >> 16) & 255, (bits >> 8) & 255, bits & 255];
}
