/** Text must be readable in both themes: WCAG 2.2 contrast, worked out from the tokens themselves. */
import { describe, expect, it } from "vitest";
import css from "../src/styles/tokens.css?raw";

type Tokens = Record<string, string>;

function tokensOf(selector: string): Tokens {
  const block = css.slice(css.indexOf(selector)).match(/\{([^}]*)\}/)?.[1] ?? "";
  return Object.fromEntries(
    [...block.matchAll(/--pv-([\w-]+):\s*(#[0-9a-f]{6});/g)].map(([, name, hex]) => [name, hex]),
  );
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const SURFACES = ["canvas", "bg", "raised"];
const TEXT: [ink: string, on: string[]][] = [
  ["text", [...SURFACES, "hi", "hover", "active", "sel"]],
  ["dim", [...SURFACES, "hi", "active", "sel"]],
  ["accent", [...SURFACES, "sel"]],
  ["warn", SURFACES],
  ["good", SURFACES],
  ["bad", SURFACES],
  ["on-fill", ["accent-fill", "danger-fill"]],
];
const SIGNS: [ink: string, on: string[]][] = [
  ["g1", SURFACES],
  ["g2", SURFACES],
  ["edge", ["canvas", "bg"]],
  ["accent-fill", ["bg", "canvas"]],
];

it("knows black on white", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21);
});

describe.each([
  ["light", tokensOf('.pv[data-pv-theme="light"]')],
  ["dark", tokensOf('.pv[data-pv-theme="dark"]')],
])("%s theme", (_theme, tokens) => {
  const pairs = (list: typeof TEXT) =>
    list.flatMap(([ink, on]) => on.map((s) => [ink, s] as const));
  const of = (name: string) => tokens[name] ?? expect.fail(`no token --pv-${name}`);

  it.each(pairs(TEXT))("%s reads on %s", (ink, surface) => {
    expect(contrast(of(ink), of(surface))).toBeGreaterThanOrEqual(4.5);
  });
  it.each(pairs(SIGNS))("%s differs visibly from %s", (ink, surface) => {
    expect(contrast(of(ink), of(surface))).toBeGreaterThanOrEqual(3);
  });
});

it("gives both themes the same tokens", () => {
  const names = (theme: string) => Object.keys(tokensOf(`.pv[data-pv-theme="${theme}"]`)).sort();
  expect(names("dark")).toEqual(names("light"));
  expect(names("dark").length).toBeGreaterThan(15);
});

/** `:is(a, b)` names no further selector. */
function withoutBrackets(group: string): string {
  const inner = group.replace(/\([^()]*\)/g, "");
  return inner === group ? group : withoutBrackets(inner);
}

it("styles nothing outside its root", async () => {
  const sheets = import.meta.glob<string>("../src/styles/*.css", {
    query: "?raw",
    import: "default",
  });
  for (const [path, load] of Object.entries(sheets)) {
    const text = (await load()).replace(/\/\*[\s\S]*?\*\//g, "");
    const selectors = [...text.matchAll(/([^{};]+)\{/g)].map(([, found]) => found?.trim() ?? "");
    expect(selectors.length, path).toBeGreaterThan(0);
    const loose = selectors
      .flatMap((group) => withoutBrackets(group).split(","))
      .map((selector) => selector.trim())
      .filter((selector) => !/^(\.pv(?![\w-])|@|from$|to$|\d+%$)/.test(selector));
    expect(loose, path).toEqual([]);
  }
});
