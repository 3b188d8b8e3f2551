/** What differs inside a line covers the table: observed while it is drawn, then by the model. */
import { describe, expect, it, vi } from "vitest";
import type { TopRegions } from "../src/contract";
import { columns, floats, NO_REGIONS, state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const DRAWN: TopRegions = {
  question: 7,
  n_cells: 412,
  by: "observed",
  regions: ["chr1:100-600", "chr2:100-600"],
  genes: ["MS4A1", ""],
  inside: [0.5, 0.02],
  outside: [0.1, 0.034],
};
type Page = ReturnType<typeof opened>;
const rows = ({ find }: Page) =>
  [...find("da-drawn").querySelectorAll("[data-testid=da-drawn-row]")].map((row) =>
    [...row.children].map((cell) => cell.textContent?.trim()),
  );

describe("while a line is drawn", () => {
  it("each row says that it is observed, and the head says of how many cells", () => {
    const page = opened();
    expect(page.find("da-drawn").hidden).toBe(true);
    page.set({ drawn_regions: DRAWN });
    expect(page.find("da-drawn").hidden).toBe(false);
    expect(page.text("da-drawn-title")).toContain(
      "observed · 412 cells inside the line against all others",
    );
    expect(rows(page)).toEqual([
      ["chr1:100-600", "MS4A1", "+0.400", "50.0 %", "10.0 %", "observed"],
      ["chr2:100-600", "", "−0.014", "2.0 %", "3.4 %", "observed"],
    ]);
    const genes = [""];
    page.set({
      drawn_regions: { ...DRAWN, regions: ["chr3:1-9"], genes, inside: [0.2], outside: [0.1] },
    });
    expect(rows(page)).toEqual([["chr3:1-9", "+0.100", "20.0 %", "10.0 %", "observed"]]);
  });

  it("it is announced once", () => {
    const page = opened();
    const status = page.el.querySelector(".pv-sr[role=status]") as HTMLElement;
    page.set({ drawn_regions: DRAWN });
    expect(status.textContent).toContain("Observed");
    const said = status.firstChild;
    page.set({ drawn_regions: { ...DRAWN, n_cells: 500 } });
    expect(status.firstChild).toBe(said); // another text would be read again
    expect(page.find("da-drawn-title").closest("[aria-live], [role=status], output")).toBe(null);
    expect(page.find("da-drawn").closest("[aria-live], [role=status], output")).toBe(null);
  });

  it("the table under it stays as it was, and better numbers leave it in its place", () => {
    const page = opened();
    page.type("da-filter-region", "chr", "input");
    page.grid.querySelector<HTMLElement>("[data-key=prob_da] button")?.click();
    page.rows()[1]?.click();
    page.grid.scrollTop = 24;
    const shown = () => [page.regions(), page.marked(), page.grid.scrollTop];
    const before = shown();
    const saved = [...page.saved];
    page.set({ drawn_regions: DRAWN });
    expect(page.grid.closest("[inert]")).not.toBe(null);
    expect(page.grid.hidden).toBe(false);
    page.set({ drawn_regions: NO_REGIONS });
    expect(page.find("da-drawn").hidden).toBe(true);
    expect(rows(page)).toEqual([]);
    expect(page.grid.closest("[inert]")).toBe(null);
    expect(shown()).toEqual(before);
    expect(page.saved).toEqual(saved); // nothing was asked of Python
    page.set({ da_columns: { ...columns(), effect_size: floats(-0.3, 0.4, 0.02) } });
    expect(shown()).toEqual(before);
    expect(page.find<HTMLInputElement>("da-filter-region").value).toBe("chr");
  });
});

describe("when the cells of the line are selected", () => {
  const MODEL: TopRegions = { ...DRAWN, question: 0, by: "model", inside: [0.4, 0.03] };

  it("the rows of the model take the places, and say so", () => {
    const page = opened();
    page.set({ drawn_regions: DRAWN });
    expect(page.isShown("da-drawn-close")).toBe(false);
    const [row] = page.find("da-drawn").querySelectorAll("[data-testid=da-drawn-row]");
    page.set({ drawn_regions: MODEL });
    expect(page.text("da-drawn-title")).toContain(
      "by the model, a first estimate · 412 selected cells against all others",
    );
    expect(rows(page).map((cells) => cells.slice(3))).toEqual([
      ["40.0 %", "10.0 %", "model"],
      ["3.0 %", "3.4 %", "model"],
    ]);
    expect(page.find("da-drawn").contains(row as Element)).toBe(true);
    expect(page.el.querySelector(".pv-sr[role=status]")?.textContent).toContain("by the model");
  });

  it("a row colors the cells, by mouse and by keyboard", () => {
    const page = opened({ ...state(), drawn_regions: MODEL });
    const list = page.find("da-drawn");
    const color = () => page.model.get("color_by");
    list.querySelector<HTMLElement>("[data-region='chr2:100-600']")?.click();
    expect(color()).toBe("chr2:100-600");
    const press = (key: string) =>
      list.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    vi.advanceTimersByTime(300);
    press("ArrowUp");
    expect(color()).toBe("chr1:100-600");
    const active = list.getAttribute("aria-activedescendant");
    expect(list.querySelector(`[id='${active}']`)?.textContent).toContain("chr1:100-600");
  });

  it("the table comes back by the button and by Escape, and nothing covered is saved", () => {
    const page = opened({ ...state(), drawn_regions: MODEL });
    expect(page.find<HTMLButtonElement>("da-csv").disabled).toBe(true);
    page.find("da-drawn-close").click();
    page
      .find("da-drawn")
      .dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(page.sent).toEqual([{ intent: "stop_looking" }, { intent: "stop_looking" }]);
    page.set({ drawn_regions: NO_REGIONS });
    expect(page.find<HTMLButtonElement>("da-csv").disabled).toBe(false);
  });
});
