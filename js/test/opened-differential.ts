/** The differential panel on a fake model, with timers that stand still, ended after each test. */
import { afterEach, beforeEach, expect, vi } from "vitest";
import type { DifferentialState } from "../src/contract";
import panel from "../src/panels/differential";
import { resize } from "./browser";
import { state } from "./comparison-state";
import { fakeModel } from "./fake-model";

let ends: AbortController[] = [];

/** Timers stand still in each test of a file; after it what was opened ends. */
export function eachWithStillTimers() {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    for (const end of ends) end.abort();
    ends = [];
    vi.useRealTimers();
    vi.restoreAllMocks();
    document.body.replaceChildren();
  });
}

/** Open the panel; what comes back finds, does and tells what a person would. */
export function opened(from: DifferentialState = state()) {
  const fake = fakeModel(from as unknown as Record<string, unknown>);
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  const end = new AbortController();
  ends.push(end);
  panel.render({ model: fake.model, el, signal: end.signal });
  const find = <E extends HTMLElement>(id: string) =>
    el.querySelector<E>(`[data-testid="${id}"]`) ?? expect.fail(`no ${id}`);
  const gridEl = find("da-grid");
  const show = () => {
    resize(gridEl, 1100, 240);
    vi.advanceTimersByTime(20); // a frame
  };
  show();
  const rows = () =>
    [...el.querySelectorAll<HTMLElement>("[data-testid=da-row]:not([hidden])")].sort(
      (a, b) => Number(a.ariaRowIndex) - Number(b.ariaRowIndex),
    );
  return {
    ...fake,
    el,
    end,
    find,
    show,
    grid: gridEl,
    rows,
    regions: () => rows().map((row) => row.dataset.region),
    marked: () => rows().find((row) => row.ariaSelected === "true")?.dataset.region,
    text: (id: string) => find(id).textContent ?? "",
    isShown: (id: string) => !find(id).closest("[hidden]"),
    set: (changes: Partial<DifferentialState>) => {
      for (const [name, value] of Object.entries(changes)) fake.model.set(name, value);
    },
    press: (key: string) =>
      gridEl.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })),
    type: (id: string, text: string, event = "change") => {
      const field = find<HTMLInputElement>(id);
      field.value = text;
      field.dispatchEvent(new Event(event, { bubbles: true }));
      return field;
    },
  };
}
