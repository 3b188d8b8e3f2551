/** What is said of the cells inside a line, while it is drawn and when they are selected. */
import { describe, expect, it, vi } from "vitest";
import type { TopRegions } from "../src/contract";
import { resize } from "./browser";
import { cells, eachOnAnEmptyPage, frame, INSIDE, line, opened, SIX } from "./embedding-state";

eachOnAnEmptyPage();

const FOUND: TopRegions = {
  question: 0,
  n_cells: 6,
  by: "observed",
  regions: ["chr1:100-600", "chr2:100-600"],
  genes: ["MS4A1", ""],
  inside: [0.517, 0.25],
  outside: [0.005, 0.5],
};
type Page = ReturnType<typeof opened>;
interface Question {
  intent: string;
  question: number;
  line: number[];
}
const asked = ({ sent }: Page) =>
  (sent as Question[]).filter(({ intent }) => intent === "look_inside");
const said = (page: Page) => {
  const card = page.at<HTMLElement>("inside-card");
  if (card.hidden) return "";
  const rows = [...card.querySelectorAll("tbody tr")].map((row) =>
    [...row.children].map((cell) => cell.textContent).join(" "),
  );
  return [card.querySelector("div")?.textContent, ...rows].join(" | ");
};
/** Draw around the six cells, without letting go; time stands still from now on. */
const begin = async (page: Page) => {
  if (!page.scatter.dataset.view) await frame();
  if (!vi.isFakeTimers()) vi.useFakeTimers();
  page.point("pointerdown", SIX[0] as number[]);
  for (const corner of SIX.slice(1)) page.point("pointermove", corner);
  vi.advanceTimersByTime(20);
};
const answer = (page: Page, question: number, more: Partial<TopRegions> = {}) =>
  page.answer({ drawn_regions: { ...FOUND, question, ...more } });

describe("a line that is being drawn", () => {
  it("is asked about once until there is an answer, then as it is by then", async () => {
    const page = opened();
    await begin(page);
    expect(asked(page)).toHaveLength(1);
    expect(asked(page)[0]).toMatchObject({ radius: 0, mode: "new" });
    page.point("pointermove", [1, 6]);
    vi.advanceTimersByTime(1000);
    expect(asked(page)).toHaveLength(1); // the kernel has not answered: nothing queues up
    answer(page, asked(page)[0]?.question as number);
    expect(said(page)).toBe(
      "observed 6 cells against all others | MS4A1chr1:100-600 51.7 % 0.5 % | chr2:100-600 25.0 % 50.0 %",
    );
    expect(asked(page)).toHaveLength(2);
    expect(asked(page)[1]?.line.slice(-2)).toEqual([1, 6]);
    answer(page, asked(page)[1]?.question as number);
    page.point("pointermove", [1, 5]);
    vi.advanceTimersByTime(40);
    expect(asked(page)).toHaveLength(2); // at most ten a second
    vi.advanceTimersByTime(100);
    expect(asked(page)).toHaveLength(3);
  });

  it("shows nothing of another line or another page", async () => {
    const page = opened();
    await begin(page);
    const first = asked(page)[0]?.question as number;
    page.press("Escape");
    await begin(page);
    vi.advanceTimersByTime(200);
    answer(page, first);
    expect(said(page)).toBe(""); // of the line before
    answer(page, 3);
    expect(said(page)).toBe("");
    const second = asked(page)[1]?.question as number;
    answer(page, second);
    expect(said(page)).toContain("MS4A1");
    page.press("Escape");
    expect(said(page)).toBe("");
  });

  it("ends in Python too, and says there whether its cells are selected", async () => {
    const page = opened();
    const ends = () =>
      (page.sent as { intent: string; kept?: boolean }[]).filter(
        ({ intent }) => intent === "stop_looking",
      );
    await begin(page);
    page.press("Escape");
    await Promise.resolve();
    expect(ends().map(({ kept }) => kept)).toEqual([false]);
    answer(page, asked(page)[0]?.question as number);
    vi.advanceTimersByTime(200);
    await begin(page);
    page.point("pointerup", SIX[3] as number[]);
    await Promise.resolve();
    expect(ends().map(({ kept }) => kept)).toEqual([false, true]);
    const names = (page.sent as { intent: string }[]).map(({ intent }) => intent);
    expect(names.indexOf("lasso")).toBeLessThan(names.lastIndexOf("stop_looking"));
  });

  it("says what a busy kernel cannot do, and goes on when it answers", async () => {
    const page = opened();
    await begin(page);
    vi.advanceTimersByTime(1600);
    expect(page.at("inside-card").textContent).toContain("The kernel is busy with a cell");
    expect(asked(page)).toHaveLength(1);
    answer(page, asked(page)[0]?.question as number);
    expect(page.at("inside-card").textContent).not.toContain("busy");
  });

  it("is asked about again after a refusal", async () => {
    const page = opened();
    await begin(page);
    page.point("pointermove", [1, 6]);
    vi.advanceTimersByTime(200);
    page.answer({ notice: { number: 1, level: "error", text: "No." } });
    expect(asked(page)).toHaveLength(2);
  });
});

describe("selected cells", () => {
  it("have no card where it would cover the buttons for them", async () => {
    const page = opened();
    await frame();
    resize(page.at("pending"), 380, 128);
    const card = page.at("inside-card");
    const isCramped = (height: number) => {
      resize(card, 200, height);
      page.answer({ selected_regions: { ...FOUND, n_cells: height } }); // it is placed again
      return card.hasAttribute("data-cramped");
    };
    page.answer({ selection: cells(...INSIDE) });
    expect([90, 120, 90].map(isCramped)).toEqual([false, true, false]);
  });

  it("keep what was observed under the pen until Python describes them", async () => {
    const page = opened({ selected_regions: { ...FOUND, n_cells: 99 } });
    await begin(page);
    answer(page, asked(page)[0]?.question as number);
    page.point("pointerup", SIX[3] as number[]);
    expect(said(page)).toContain("observed 6 cells"); // not of the 99
    page.answer({ selection: cells(...INSIDE), outlines: [line(0, SIX.flat())] });
    expect(said(page)).toContain("observed 6 cells");
    page.answer({ selected_regions: { ...FOUND, by: "model", inside: [0.4, 0.2] } });
    expect(said(page)).toContain(
      "by the model 6 cells against all others | MS4A1chr1:100-600 40.0 %",
    );
    page.answer({ selected_regions: { ...FOUND, by: "", n_cells: 0 }, selection: cells() });
    expect(said(page)).toBe("");
  });
});
