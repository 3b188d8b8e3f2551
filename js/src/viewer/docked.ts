/** Pages of the widgets that Python docked: made when one comes, removed with all it held. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Docked } from "../contract";
import type { PanelLifetime } from "../panel";
import type { Page } from "./docks";

/** Keep a page for each docked widget; `fill` draws it until its signal aborts. */
export function dockedPages(
  docked: ReadonlySignal<readonly Docked[]>,
  make: (row: Docked) => Page,
  fill: (page: Page, ref: string, ended: AbortSignal) => void,
  { watch, ended }: PanelLifetime,
): ReadonlySignal<readonly Page[]> {
  const pages = signal<readonly Page[]>([]);
  const shown = new Map<string, { page: Page; end: AbortController }>();
  const keyOf = ({ name, area, ref }: Docked) => `${area} ${ref} ${name}`;
  watch(() => {
    const wanted = new Set(docked.value.map(keyOf));
    for (const [key, { page, end }] of shown) {
      if (wanted.has(key)) continue;
      end.abort();
      page.el.remove();
      shown.delete(key);
    }
    pages.value = docked.value.map((row) => {
      const there = shown.get(keyOf(row));
      if (there) return there.page;
      const [page, end] = [make(row), new AbortController()];
      shown.set(keyOf(row), { page, end });
      fill(page, row.ref, AbortSignal.any([ended, end.signal]));
      return page;
    });
  });
  return pages;
}
