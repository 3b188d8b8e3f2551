/** Rows and regions onto the clipboard. */
import { afterEach, expect, it, vi } from "vitest";
import { tsvOf } from "../src/draw/grid/delimited-text";
import { bedOf } from "../src/panels/comparison/bed";
import { copyText } from "../src/ui/clipboard";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const clipboard = (writeText: (text: string) => Promise<void>) =>
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText } });
afterEach(() => clipboard(() => Promise.reject(new Error("none"))));

it("a spreadsheet gets tabs, and nothing that it would run", () => {
  const columns = {
    name: ["=1+1", "a\tb", "-x", "ok"],
    value: Float32Array.of(0.1, -2, Number.NaN, 3),
  };
  expect(tsvOf(columns, ["name", "value", "none"], Uint32Array.of(0, 1, 2, 3))).toBe(
    "name\tvalue\n'=1+1\t0.100000001\na b\t-2\n'-x\t\nok\t3",
  );
});

it("the older way is taken where the newer one is not allowed", async () => {
  clipboard(() => Promise.reject(new Error("not here")));
  let copied = "";
  document.execCommand = vi.fn(() => {
    copied = document.querySelector("textarea")?.value ?? "";
    return true;
  });
  expect(await copyText("a text", document.body)).toBe(true);
  expect(copied).toBe("a text");
  expect(document.querySelector("textarea")).toBeNull();
});

it("the menu of a row copies it, its region, or all that are in view", async () => {
  const copied: string[] = [];
  clipboard(async (text) => void copied.push(text));
  const made = opened();
  const row = made.rows()[0] as HTMLElement;
  const region = row.dataset.region as string;
  const menu = () => {
    row.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true }));
    return [...made.el.querySelectorAll<HTMLElement>("[role=menuitem]")];
  };
  const labels = menu().map((item) => item.textContent);
  const n = made.grid.getAttribute("aria-rowcount");
  expect(labels[0]).toBe(`Copy ${region}`);
  expect(labels[2]).toBe(`Copy ${Number(n) - 1} regions`);
  for (const at of [0, 1, 2, 3]) {
    menu()[at]?.click();
    await vi.advanceTimersByTimeAsync(0);
    expect(made.el.querySelector(".pv-row-menu")?.hasAttribute("hidden")).toBe(true);
  }
  expect(copied[0]).toBe(region);
  expect(copied[1]?.split("\n").map((line) => line.split("\t")[0])).toEqual(["region", region]);
  expect(copied[1]?.split("\n")[0]).toContain("prob_da\tis_da_fdr\tbayes_factor");
  expect(copied[2]?.split("\n")).toEqual(made.regions());
  expect(
    copied[3]
      ?.split("\n")
      .slice(1)
      .map((line) => line.split("\t")[0]),
  ).toEqual(made.regions());
  expect(made.text("da-copied")).toMatch(/^Copied \d+ rows\.$/);
  await vi.advanceTimersByTimeAsync(5000);
  expect(made.text("da-copied")).toBe("");
});

it("copies the visible regions as BED from the menu of any row", async () => {
  const copied: string[] = [];
  clipboard(async (text) => void copied.push(text));
  const made = opened();
  const row = made.rows()[1] as HTMLElement;
  row.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true, cancelable: true }));
  const items = [...made.el.querySelectorAll<HTMLElement>("[role=menuitem]")];
  items.find((item) => item.textContent?.endsWith("as BED"))?.click();
  await vi.advanceTimersByTimeAsync(0);
  const lines = copied[0]?.trimEnd().split("\n") ?? [];
  expect(lines.map((line) => line.split("\t").slice(0, 3))).toEqual(
    made.regions().map((name = "") => name.split(/[:-]/)),
  );
  expect(made.text("da-copied")).toBe(`Copied ${lines.length} regions as BED.`);
});

it.each([
  ["chr1:100-200-1", "chr1\t100\t200"],
  ["chr1_100_200-1", "chr1\t100\t200"],
  ["chr1-100-200", "chr1\t100\t200"],
  ["chr1:1,000-2,000(+)", "chr1\t1000\t2000"],
  ["HLA-A*01:01:5-9", "HLA-A*01:01\t5\t9"],
  ["chr1:200-100", undefined],
  ["MS4A1", undefined],
])("reads the place in %s as Python does", (name, place) => {
  const names = [name, "chr1_100_200"];
  const { text } = bedOf({ columns: {} }, Uint32Array.of(0, 1), (row) => names[row] ?? "");
  const lines = text.trimEnd().split("\n");
  expect(lines.length > 1 ? lines[0]?.split("\t").slice(0, 3).join("\t") : undefined).toBe(place);
});

it("writes BED lines with gene, score and no strand", () => {
  const columns = {
    gene: ["MS4A1", "", "two words"],
    prob_da: Float32Array.of(1, 0.8766, Number.NaN),
  };
  const names = ["chr11:60455290-60456088", "chr2_5_9", "MS4A1"];
  const table = { columns, n_rows: 3 } as unknown as Parameters<typeof bedOf>[0];
  const { text, n_lines, n_left_out } = bedOf(
    table,
    Uint32Array.of(1, 0, 2),
    (row) => names[row] ?? "",
  );
  expect(text).toBe("chr2\t5\t9\tchr2_5_9\t877\t.\nchr11\t60455290\t60456088\tMS4A1\t1000\t.\n");
  expect([n_lines, n_left_out]).toEqual([2, 1]);
});

it("the menu is walked through by keys and closes by Escape, back to the table", () => {
  const made = opened();
  made.rows()[0]?.dispatchEvent(new MouseEvent("contextmenu", { bubbles: true }));
  const items = [...made.el.querySelectorAll<HTMLElement>("[role=menuitem]")];
  const press = (key: string) =>
    document.activeElement?.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    );
  expect(document.activeElement).toBe(items[0]);
  press("ArrowUp");
  expect(document.activeElement).toBe(items.at(-1));
  press("ArrowDown");
  expect(document.activeElement).toBe(items[0]);
  press("Escape");
  expect(document.activeElement).toBe(made.grid);
});
