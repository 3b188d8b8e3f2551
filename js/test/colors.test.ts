import { expect, it } from "vitest";
import {
  categoryColor,
  channels,
  isDark,
  mix,
  themed,
  UNKNOWN,
  valueColor,
} from "../src/draw/color-scales";
import tokens from "../src/styles/tokens.css?raw";
import known from "./colors.json?raw";

type Lab = [lightness: number, a: number, b: number];
const THEMES = ["light", "dark"] as const;
const token = (theme: string, name: string): string => {
  const block = tokens.split("}").find((text) => text.includes(`[data-pv-theme="${theme}"]`)) ?? "";
  return block.match(new RegExp(`--pv-${name}: (#[0-9a-f]{6})`))?.[1] ?? "";
};

const linear = (channel: number): number => {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
};
function luminance(color: string): number {
  const [r, g, b] = channels(color).map(linear) as Lab;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(a: string, b: string): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}
/** CIE Lab at D65, by its definition. */
function lab(color: string): Lab {
  const [r, g, b] = channels(color).map(linear) as Lab;
  const xyz = [
    (0.4124564 * r + 0.3575761 * g + 0.1804375 * b) / 0.95047,
    0.2126729 * r + 0.7151522 * g + 0.072175 * b,
    (0.0193339 * r + 0.119192 * g + 0.9503041 * b) / 1.08883,
  ];
  const [x, y, z] = xyz.map((t) =>
    t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27 / 116) * t + 16 / 116,
  );
  return [
    116 * (y as number) - 16,
    500 * ((x as number) - (y as number)),
    200 * ((y as number) - (z as number)),
  ];
}
const distance = (a: string, b: string): number => {
  const [p, q] = [lab(a), lab(b)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
};
/** Severe deficiencies after Machado, Oliveira and Fernandes 2009, on linear light. */
const DEFICIENCIES = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;
function seenWith(deficiency: keyof typeof DEFICIENCIES, color: string): string {
  const light = channels(color).map(linear) as Lab;
  const seen = DEFICIENCIES[deficiency].map((row) => {
    const t = Math.min(1, Math.max(0, row[0] * light[0] + row[1] * light[1] + row[2] * light[2]));
    return Math.round(255 * (t <= 0.0031308 ? 12.92 * t : 1.055 * t ** (1 / 2.4) - 0.055));
  });
  return `rgb(${seen.join(", ")})`;
}
const categories = (theme: (typeof THEMES)[number], n: number) =>
  Array.from({ length: n }, (_, code) => categoryColor(code)[theme]);
const pairs = (colors: string[]) =>
  colors.flatMap((a, i) => colors.slice(i + 1).map((b) => [a, b] as const));

it("measures white against black as the definitions say", () => {
  expect(contrast("#fff", "#000")).toBeCloseTo(21, 6);
  expect(lab("#ffffff")[0]).toBeCloseTo(100, 3);
  expect(distance("#ffffff", "#000000")).toBeCloseTo(100, 1);
});

it.each(THEMES)("keeps categories apart from each other on a %s canvas", (theme) => {
  const colors = categories(theme, 24);
  for (const [a, b] of pairs(colors)) expect(distance(a, b), `${a} ${b}`).toBeGreaterThan(11);
  for (const [a, b] of pairs(colors.slice(0, 8))) {
    expect(distance(a, b), `${a} ${b}`).toBeGreaterThan(25);
  }
  colors.slice(1).forEach((color, i) => {
    expect(distance(color, colors[i] as string), `neighbors ${i}`).toBeGreaterThan(20);
  });
});

const SIMULATED = THEMES.flatMap((theme) =>
  Object.keys(DEFICIENCIES).map((name) => [name as keyof typeof DEFICIENCIES, theme] as const),
);

it.each(SIMULATED)("keeps categories and groups apart with %s on a %s canvas", (name, theme) => {
  const colors = categories(theme, 24).map((color) => seenWith(name, color));
  for (const [a, b] of pairs(colors)) expect(distance(a, b), `${a} ${b}`).toBeGreaterThan(5);
  for (const [a, b] of pairs(colors.slice(0, 8))) {
    expect(distance(a, b), `${a} ${b}`).toBeGreaterThan(15);
  }
  colors.slice(1).forEach((color, i) => {
    expect(distance(color, colors[i] as string), `neighbors ${i}`).toBeGreaterThan(14);
  });
  const [g1, g2] = ["g1", "g2"].map((group) => seenWith(name, token(theme, group)));
  expect(distance(g1 as string, g2 as string)).toBeGreaterThan(60);
});

it.each(THEMES)("leaves the groups their colors on a %s canvas", (theme) => {
  const kept = [token(theme, "g1"), token(theme, "g2"), UNKNOWN[theme]];
  for (const color of categories(theme, 24)) {
    for (const other of kept)
      expect(distance(color, other), `${color} ${other}`).toBeGreaterThan(13);
  }
});

it.each(THEMES)("is seen on a %s canvas", (theme) => {
  const canvas = token(theme, "canvas");
  for (const color of categories(theme, 24)) {
    expect(contrast(color, canvas), color).toBeGreaterThan(2.9);
  }
  for (let i = 0; i <= 20; i++) {
    expect(contrast(valueColor(i / 20, theme === "dark"), canvas)).toBeGreaterThan(1.7);
  }
});

it.each([true, false])("more always has more contrast (dark canvas: %s)", (dark) => {
  const lightness = Array.from({ length: 33 }, (_, i) => lab(valueColor(i / 32, dark))[0]);
  const steps = lightness.slice(1).map((value, i) => value - (lightness[i] as number));
  for (const step of steps) expect(dark ? step : -step).toBeGreaterThan(0);
});

it("keeps values outside the limits at the ends", () => {
  expect(valueColor(-3, true)).toBe(valueColor(0, true));
  expect(valueColor(7, true)).toBe("#fde725"); // the brightest of viridis
  expect(valueColor(7, false)).toBe("#440154"); // and the darkest
});

it.each(THEMES)("goes on after the last category with colors of its own (%s)", (theme) => {
  const all = categories(theme, 60);
  expect(new Set(all).size).toBe(60);
});

it("mixes, reads and writes colors", () => {
  expect(mix("#000000", "#ffffff", 0.5)).toBe("#808080");
  expect(mix("#102030", "#102030", 0.3)).toBe("#102030");
  expect(channels("#f80")).toEqual([255, 136, 0]);
  expect(channels(" rgb(1, 2, 3) ")).toEqual([1, 2, 3]);
  expect(isDark("#0f1114")).toBe(true);
  expect(isDark("#ffffff")).toBe(false);
  expect(themed({ light: "#111111", dark: "#eeeeee" })).toBe("light-dark(#111111, #eeeeee)");
});

it.each(["viridis", "cividis", "magma", "grey"])(
  "%s shows both ends on both canvases, and more is always farther from the canvas",
  (colormap) => {
    for (const dark of [true, false]) {
      const light = Array.from({ length: 11 }, (_, i) => {
        const [red, green, blue] = channels(valueColor(i / 10, dark, colormap));
        return 0.299 * red + 0.587 * green + 0.114 * blue;
      });
      if (dark) expect(Math.min(...light)).toBeGreaterThan(45);
      else expect(Math.max(...light)).toBeLessThan(210);
      const sorted = light.toSorted((a, b) => (dark ? a - b : b - a));
      expect(light).toEqual(sorted);
    }
  },
);

it("a list of colors goes on after its last, and leaves empty ones to the usual colors", () => {
  const palette = ["#ff0000", ""];
  expect(categoryColor(0, palette)).toEqual({ light: "#ff0000", dark: "#ff0000" });
  expect(categoryColor(1, palette)).toEqual(categoryColor(1));
  expect(categoryColor(2, palette)).not.toEqual(categoryColor(0, palette));
  expect(categoryColor(0, [])).toEqual(categoryColor(0));
});

it.each(["24 colors", "Okabe-Ito", "Tol muted"])("%s continues after its last color", (palette) => {
  const colors = Array.from({ length: 30 }, (_, code) => categoryColor(code, palette));
  for (const theme of ["light", "dark"] as const) {
    expect(new Set(colors.slice(0, 16).map((color) => color[theme])).size).toBe(16);
  }
});

it("a figure of matplotlib has the same colors: tests/session/test_palettes.py reads the same", () => {
  const { categories, values } = JSON.parse(known);
  for (const [code, palette, color] of categories) {
    expect(categoryColor(code, palette).light).toBe(color);
  }
  for (const [at, colormap, color] of values) expect(valueColor(at, false, colormap)).toBe(color);
});
