/** Which colour means what: categories, values, the unknown; each in a light and a dark form. */

/** A colour as `#rrggbb`. */
export type Hex = string;

/** One colour for a white canvas and one for a dark canvas. */
export interface Paired {
  light: Hex;
  dark: Hex;
}

/**
 * Twenty-four categories. The hues of the first seven start at those of Okabe and Ito (2008); blue and
 * orange, which the two groups keep, moved aside. Lightness and the rest were searched for: among
 * 3,000 candidates each colour is the one farthest (CIEDE2000, the eye's normal vision and three
 * simulated deficiencies after Machado et al. 2009, both canvases) from all before it.
 */
const CATEGORIES: readonly Paired[] = [
  { dark: "#4ca776", light: "#0a7648" },
  { dark: "#ee83b2", light: "#b75281" },
  { dark: "#d3eb85", light: "#889d37" },
  { dark: "#6367e7", light: "#3c33b1" },
  { dark: "#c54f3a", light: "#8e1902" },
  { dark: "#86e2ef", light: "#43a2ae" },
  { dark: "#e7cab9", light: "#a78c7c" },
  { dark: "#83627f", light: "#593b56" },
  { dark: "#b6aaff", light: "#8072c2" },
  { dark: "#c1ac15", light: "#756814" },
  { dark: "#497a69", light: "#1f5142" },
  { dark: "#c656a6", light: "#922376" },
  { dark: "#758057", light: "#4b552e" },
  { dark: "#bf7cec", light: "#8a48b4" },
  { dark: "#b9bb8f", light: "#828459" },
  { dark: "#dba8af", light: "#a07278" },
  { dark: "#6687bd", light: "#3a598b" },
  { dark: "#c9abd0", light: "#917597" },
  { dark: "#a7777e", light: "#774b51" },
  { dark: "#92ba66", light: "#5e8431" },
  { dark: "#9ad1c5", light: "#61978c" },
  { dark: "#ed7477", light: "#b33f47" },
  { dark: "#fabae4", light: "#ba7fa6" },
  { dark: "#9957c4", light: "#5e1683" },
];

/** A published palette for both canvases: what would be lost on one is lifted or lowered a little. */
const published = (...colors: Hex[]): readonly Paired[] =>
  colors.map((color) => ({
    light: isDark(color) ? color : mix(color, "#000000", 0.08),
    dark: brightness(color) < 80 ? mix(color, "#ffffff", 0.4) : color,
  }));

/** The other palettes, by the name that a layer has for them; all are safe for the colour-blind. */
const PALETTES: Readonly<Record<string, () => readonly Paired[]>> = {
  // Okabe and Ito, Color Universal Design, 2008
  "Okabe-Ito": () =>
    published(
      ...["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#000000"],
    ),
  // Paul Tol, Colour Schemes, SRON/EPS/TN/09-002, "muted"
  "Tol muted": () =>
    published(
      ...["#cc6677", "#332288", "#ddcc77", "#117733", "#88ccee", "#882255", "#44aa99", "#999933"],
      "#aa4499",
    ),
};

/** Cells whose category or value is not known. */
export const UNKNOWN: Paired = { dark: "#5d6570", light: "#a5acb5" };

/** Nine even steps of each colour map, dark to bright (matplotlib's, CC0). */
const COLORMAPS = {
  viridis: "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725",
  cividis: "00224e 1a386f 434e6c 61656f 7d7c78 9b9476 bcae6c dec958 fee838",
  magma: "000004 1d1147 51127c 832681 b73779 e75263 fc8961 fec488 fcfdbf",
  grey: "000000 202020 404040 606060 808080 a0a0a0 c0c0c0 e0e0e0 ffffff",
};

/** Low values on a white canvas turn into this, so that many cells with none do not shout. */
const PALE: Hex = "#b9c0c8";

/** A palette: its name, or a colour for each code, of which an empty one is left to the usual ones. */
export type Palette = string | readonly Hex[];

const given = new WeakMap<readonly Hex[], readonly Paired[]>();

/** Colours as a person gave them: on any canvas the same. */
function taken(palette: readonly Hex[]): readonly Paired[] {
  const known =
    given.get(palette) ??
    palette.map((color, code) => (color ? { light: color, dark: color } : categoryColor(code)));
  given.set(palette, known);
  return known;
}

/** The colour of one category; after the last it starts again, lighter, then darker. */
export function categoryColor(code: number, palette: Palette = ""): Paired {
  const named = typeof palette === "string" ? PALETTES[palette]?.() : taken(palette);
  const colors = named?.length ? named : CATEGORIES;
  const round = Math.floor(code / colors.length);
  const color = colors[code % colors.length] ?? UNKNOWN;
  if (round === 0) return color;
  const [towards, share] = round % 2 === 1 ? ["#ffffff", 0.3] : ["#000000", 0.25];
  return { dark: mix(color.dark, towards, share), light: mix(color.light, towards, share * 0.8) };
}

/**
 * A value's colour; `at` runs from 0 to 1 between the contrast limits. More is brighter on a dark canvas
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
  (COLORMAPS[colormap as keyof typeof COLORMAPS] ?? COLORMAPS.viridis)
    .split(" ")
    .map((stop) => `#${stop}`);

function between(stops: readonly Hex[], at: number): Hex {
  const place = at * (stops.length - 1);
  const step = Math.min(stops.length - 2, Math.floor(place));
  return mix(stops[step] ?? PALE, stops[step + 1] ?? PALE, place - step);
}

/** The same colours as a CSS gradient from left to right. */
export function valueGradient(dark: boolean, colormap?: string): string {
  const stops = Array.from({ length: 17 }, (_, i) => valueColor(i / 16, dark, colormap));
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** A CSS colour that follows the theme by itself. */
export const themed = ({ light, dark }: Paired): string => `light-dark(${light}, ${dark})`;

/** `share` of `b` in `a`, channel by channel as screens store them. */
export function mix(a: Hex, b: Hex, share: number): Hex {
  const from = channels(a);
  const to = channels(b);
  const blended = from.map((value, i) => Math.round(value + ((to[i] ?? 0) - value) * share));
  return `#${blended.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** True where the colour is nearer to black than to white, as the eye sees it. */
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
