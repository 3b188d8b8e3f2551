/** What is observed inside a line covers the table while the line is drawn. */
import { describe, expect, it } from "vitest";
import type { TopRegions } from "../src/contract";
import { columns, floats, NO_REGIONS } from "./comparison-state";
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
    expect(page.text("da-drawn-title")).toBe(
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
