import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Notice } from "../src/contract";
import { definePanel } from "../src/panel";
import { notices } from "../src/ui/notices";
import { fakeModel } from "./fake-model";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

const noticeOf = (number: number, level: Notice["level"], text: string): Notice => ({
  number,
  level,
  text,
});

function opened(notice: Notice, into = document.body) {
  const fake = fakeModel({ notice });
  const el = document.createElement("div");
  into.append(el);
  const end = new AbortController();
  definePanel<{ notice: Notice }, never>((panel) => panel.el.append(notices(panel))).render({
    model: fake.model,
    el,
    signal: end.signal,
  });
  const shown = () =>
    [...el.querySelectorAll("[data-testid=notice] > span")].map((span) => span.textContent);
  return { ...fake, el, end, shown };
}
const NOTHING = noticeOf(0, "info", "");

it("shows each new notice once, in order", () => {
  const { model, shown } = opened(NOTHING);
  expect(shown()).toEqual([]);
  model.set("notice", noticeOf(1, "info", "Undone: filter."));
  model.set("notice", noticeOf(2, "error", "There are no counts yet."));
  expect(shown()).toEqual(["Undone: filter.", "There are no counts yet."]);
});

it("takes an info away after some seconds, a warning later, an error never", () => {
  const { model, shown } = opened(NOTHING);
  model.set("notice", noticeOf(1, "info", "saved"));
  model.set("notice", noticeOf(2, "warning", "few regions"));
  model.set("notice", noticeOf(3, "error", "no such file"));
  vi.advanceTimersByTime(7000);
  expect(shown()).toEqual(["few regions", "no such file"]);
  vi.advanceTimersByTime(600_000);
  expect(shown()).toEqual(["no such file"]);
});

it("stays while it is pointed at", () => {
  const { model, el, shown } = opened(NOTHING);
  model.set("notice", noticeOf(1, "info", "saved"));
  const item = el.querySelector("[data-testid=notice]");
  item?.dispatchEvent(new Event("pointerenter"));
  vi.advanceTimersByTime(60_000);
  expect(shown()).toEqual(["saved"]);
  item?.dispatchEvent(new Event("pointerleave"));
  vi.advanceTimersByTime(7000);
  expect(shown()).toEqual([]);
});

it("goes when it is dismissed, and is an alert when it is an error", () => {
  const { model, el, shown } = opened(NOTHING);
  model.set("notice", noticeOf(1, "error", "no such file"));
  expect(el.querySelector("[role=alert]")?.textContent).toContain("no such file");
  el.querySelector<HTMLElement>("[data-testid=dismiss]")?.click();
  expect(shown()).toEqual([]);
});

it("says the same thing once, as the newest", () => {
  const { model, shown } = opened(NOTHING);
  model.set("notice", noticeOf(1, "error", "no such file"));
  model.set("notice", noticeOf(2, "error", "no such folder"));
  model.set("notice", noticeOf(3, "error", "no such file"));
  expect(shown()).toEqual(["no such folder", "no such file"]);
});

it("shows an error that came before the page did, but no old news", () => {
  expect(opened(noticeOf(4, "error", "no such file")).shown()).toEqual(["no such file"]);
  expect(opened(noticeOf(4, "info", "saved")).shown()).toEqual([]);
});

it("leaves notices to the viewer inside one", () => {
  const viewer = document.createElement("div");
  viewer.className = "pv-viewer";
  document.body.append(viewer);
  const { model, shown, listening } = opened(NOTHING, viewer);
  model.set("notice", noticeOf(1, "error", "no such file"));
  expect(shown()).toEqual([]);
  expect(listening()).toBe(0);
});

it("does nothing once it has ended", () => {
  const { model, shown, end, listening } = opened(NOTHING);
  model.set("notice", noticeOf(1, "info", "saved"));
  end.abort();
  expect(listening()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
  model.set("notice", noticeOf(2, "info", "again"));
  expect(shown()).toEqual(["saved"]);
});
