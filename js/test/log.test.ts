import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { commandItemsIn } from "../src/commands";
import type { LogEntry, LogState } from "../src/contract";
import panel from "../src/panels/log";
import { fakeModel } from "./fake-model";

const entry = (number: number, level: LogEntry["level"], text: string, report = ""): LogEntry => ({
  ...{ number, level, text, report },
  time: 1_700_000_000 + number,
});
const REPORT = "peakvi_widgets 0.1.0, torch 2.13\nVerbs before: open\n\nKeyError: 'a'\n";
const FAULT = entry(3, "error", "KeyError: 'a'. This is a fault.", REPORT);

function opened(log_entries: LogEntry[] = []) {
  const state: LogState = {
    log_older: [],
    log_newer: log_entries,
    notice: { number: 0, level: "info", text: "" },
    task: { name: "", text: "", progress: -1, waiting: 0, can_halt: false },
  };
  const fake = fakeModel({ ...state });
  const el = document.createElement("div");
  document.body.append(el);
  const end = new AbortController();
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = <E extends HTMLElement = HTMLButtonElement>(id: string) =>
    el.querySelector<E>(`[data-testid=${id}]`) as E;
  const texts = () =>
    [...el.querySelectorAll("li > span:nth-of-type(2)")].map((e) => e.textContent);
  const command = (id: string) => commandItemsIn([el]).find((item) => item.id === id);
  return { ...fake, el, end, at, texts, command };
}
const writeText = vi.fn(async (_text: string) => {});
beforeEach(() => {
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText } });
});
afterEach(() => {
  document.body.replaceChildren();
  Reflect.deleteProperty(navigator, "clipboard");
  writeText.mockClear();
});

it("shows the notices, the newest on top, with its level as a word", () => {
  const { model, texts, el } = opened([entry(1, "info", "saved")]);
  model.set("log_newer", [entry(1, "info", "saved"), entry(2, "warning", "few cells")]);
  expect(texts()).toEqual(["few cells", "saved"]);
  expect(el.querySelector("li")?.textContent).toMatch(/^\d\d:\d\d:\d\dwarningfew cells$/);
  expect(el.querySelector(".pv-panel-head")?.textContent).toContain("2 notices");
});

it("keeps the rows that stay, and drops those that Python forgot", () => {
  const { model, el, texts } = opened([entry(1, "info", "a"), entry(2, "info", "b")]);
  const kept = el.querySelector("li");
  model.set("log_newer", [entry(2, "info", "b"), entry(3, "info", "c")]);
  expect(texts()).toEqual(["c", "b"]);
  expect(el.querySelectorAll("li")[1]).toBe(kept);
});

it("offers a report of a failure only, and copies it as it is", async () => {
  const { at, el, sent } = opened([entry(1, "error", "too early"), FAULT]);
  expect(el.querySelectorAll("[data-testid=copy-report]").length).toBe(1);
  at("copy-report").click();
  await vi.waitFor(() => expect(el.querySelector("[role=status]")?.textContent).toBe("copied"));
  expect(writeText).toHaveBeenCalledWith(REPORT);
  expect(el.querySelector("details")?.open).toBe(true);
  expect(sent).toEqual([]);
});

it("copies the newest report by its command", async () => {
  const { model, command } = opened();
  expect(command("copy_report")?.enabled).toBe(false);
  model.set("log_newer", [FAULT, entry(4, "error", "later", "its report"), entry(5, "info", "x")]);
  command("copy_report")?.run();
  await vi.waitFor(() => expect(writeText).toHaveBeenCalledWith("its report"));
});

it("is cleared by Python, when there is anything", () => {
  const { model, at, sent, el } = opened();
  expect(at("clear-log").disabled).toBe(true);
  expect(el.querySelector(".pv-panel-head")?.textContent).toContain("No notices yet.");
  model.set("log_newer", [FAULT]);
  at("clear-log").click();
  expect(sent).toEqual([{ intent: "clear_log" }]);
});

it("takes markup in a notice as text", () => {
  const { el, texts } = opened([entry(1, "info", "<img src=x>")]);
  expect(el.querySelector("img")).toBeNull();
  expect(texts()).toEqual(["<img src=x>"]);
});

it("lets go when it ends", () => {
  const { end, listening } = opened([FAULT]);
  expect(listening()).toBeGreaterThan(0);
  end.abort();
  expect(listening()).toBe(0);
});
