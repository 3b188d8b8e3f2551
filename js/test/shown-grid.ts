/** A grid of a hundred thousand regions, and what a person does with it. */
import { beforeEach } from "vitest";
import { type GridColumn, type GridOptions, grid } from "../src/draw/grid/grid";
import { percent, signed } from "../src/ui/format";
import { resize } from "./browser";

export const N = 100_000;
export const COLUMNS: GridColumn[] = [
  { key: "region", label: "region", kind: "region", width: 200, grow: 1, look: "mono" },
  { key: "gene", label: "nearest gene", kind: "text", width: 100 },
  { key: "effect_size", label: "effect size", kind: "number", width: 160, bar: 1, format: signed },
  { key: "emp_prob1", label: "open in 1", kind: "number", width: 80, format: percent },
  { key: "is_da_fdr", label: "differs", kind: "flag", width: 70 },
];

/** Region i lies at i on chr1; its effect falls from +1 to -1. */
export function table(n = N) {
  return {
    n_rows: n,
    columns: {
      region: Array.from({ length: n }, (_, i) => `chr1:${10 * i}-${10 * i + 5}`),
      effect_size: Float32Array.from({ length: n }, (_, i) => 1 - (2 * i) / (n - 1)),
      emp_prob1: Float32Array.from({ length: n }, (_, i) => i / (n - 1)),
      is_da_fdr: Uint8Array.from({ length: n }, (_, i) => (i < n / 10 ? 1 : 0)),
    },
  };
}

export let end: AbortController;
export let chosen: number[];
export let seen: [number, number][];
/** Each test of a file begins without a grid. */
export function eachBegins() {
  beforeEach(() => {
    end = new AbortController();
    chosen = [];
    seen = [];
  });
}

export function shown(data = table(), more: Partial<GridOptions> = {}) {
  const made = grid({
    columns: COLUMNS,
    rowKey: "region",
    label: "regions",
    select: (row) => chosen.push(row),
    viewed: (some, all) => seen.push([some, all]),
    ended: end.signal,
    rowTestid: "da-row",
    ...more,
  });
  document.body.replaceChildren(made.el);
  resize(made.el, 900, 240);
  made.show(data);
  return made;
}
export function scroll(el: HTMLElement, top: number) {
  el.scrollTop = top;
  el.dispatchEvent(new Event("scroll"));
}
export type Made = ReturnType<typeof shown>;
export const rows = ({ el }: Made) =>
  [...el.querySelectorAll<HTMLElement>("[data-testid=da-row]:not([hidden])")].sort(
    (a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex),
  );
export const regions = (made: Made) => rows(made).map((row) => row.dataset.region);
export const header = ({ el }: Made, key: string) =>
  el.querySelector<HTMLElement>(`[role=columnheader][data-key=${key}]`) as HTMLElement;
export const sortBy = (made: Made, key: string) =>
  header(made, key).querySelector<HTMLElement>("button")?.click();
export const typeIn = (made: Made, key: string, text: string) => {
  const field = header(made, key).querySelector("input") as HTMLInputElement;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  return field;
};
export const press = ({ el }: Made, key: string) => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
  el.dispatchEvent(event);
  return event;
};
