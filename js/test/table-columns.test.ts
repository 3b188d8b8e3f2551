/** The columns of the table: chosen, moved and sized by mouse and key, written as they are shown. */
import { describe, expect, it, vi } from "vitest";
import type { TableColumn } from "../src/contract";
import { state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const shown = (...names: string[]): TableColumn[] =>
  names.map((name) => ({ name, width: 0, is_shown: true }));
const hidden = (...names: string[]): TableColumn[] =>
  shown(...names).map((column) => ({ ...column, is_shown: false }));

type Opened = ReturnType<typeof opened>;
const heads = ({ el }: Opened) =>
  [...el.querySelectorAll<HTMLElement>("[role=columnheader]")].map(({ dataset }) => dataset.key);
const kept = ({ model }: Opened) => model.get("table_columns") as TableColumn[];
const widthOf = (page: Opened, name: string) => kept(page).find((one) => one.name === name)?.width;
const key = (target: Element, name: string, more: KeyboardEventInit = {}) =>
  target.dispatchEvent(
    new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more }),
  );
const pointer = (target: Element, type: string, clientX: number) =>
  target.dispatchEvent(new PointerEvent(type, { clientX, bubbles: true, pointerId: 1, button: 0 }));

describe("columns", () => {
  it("follow the session: which, in what order, how wide", () => {
    const page = opened(
      state({ table_columns: [...shown("region", "prob_da"), ...hidden("effect_size")] }),
    );
    expect(heads(page)).toEqual(["region", "prob_da"]);
    const [region, prob] = shown("prob_da", "region");
    page.set({ table_columns: [{ ...(region as TableColumn), width: 130 }, prob as TableColumn] });
    expect(heads(page)).toEqual(["prob_da", "region"]);
    expect(page.grid.style.getPropertyValue("--pv-columns")).toMatch(/^130px minmax/);
    page.set({ table_columns: [] });
    expect(heads(page).slice(0, 3)).toEqual(["region", "effect_size", "prob_da"]);
  });

  it("that are not shown filter nothing, and sort still", () => {
    const page = opened();
    page.type("da-filter-effect_size", "> 0.1", "input");
    page.set({ sort_by: [{ column: "effect_size", ascending: true }] });
    expect(page.regions()).toEqual(["chr1:100-600"]);
    page.set({ table_columns: shown("region", "prob_da") });
    expect(page.regions()).toEqual(["chr7:100-600", "chr2:100-600", "chr1:100-600"]);
    page.set({ table_columns: [] });
    expect(page.find<HTMLInputElement>("da-filter-effect_size").value).toBe("");
  });

  it("are copied and downloaded as they are shown", async () => {
    const { find, set } = opened(state({ table_columns: shown("region", "prob_da") }));
    const texts: Blob[] = [];
    URL.createObjectURL = (blob) => {
      texts.push(blob as Blob);
      return "blob:";
    };
    URL.revokeObjectURL = () => {};
    HTMLAnchorElement.prototype.click = vi.fn();
    find("da-csv").click();
    expect((await texts[0]?.text())?.split("\n")[0]).toBe("region,prob_da");
    set({ table_columns: [] });
    find("da-csv").click();
    expect((await texts[1]?.text())?.split("\n")[0]).toMatch(/^region,prob_da,is_da_fdr,/);
  });
});

describe("the menu of columns", () => {
  const open = (page: Opened) => {
    page.find("da-columns").click();
    return page.find("columns-menu");
  };

  it("lists those of the table, hides one and shows it again, all but the region", () => {
    const page = opened();
    const menu = open(page);
    const items = [...menu.querySelectorAll("[role=menuitemcheckbox]")];
    expect(items.map((item) => item.textContent?.replace("✓", ""))).toContain("prob_da");
    expect(items).toHaveLength(heads(page).length);
    page.find("columns-prob_da").click();
    expect(heads(page)).not.toContain("prob_da");
    expect(page.find("columns-prob_da").getAttribute("aria-checked")).toBe("false");
    page.find("columns-region").click();
    expect(heads(page)[0]).toBe("region");
    page.find("columns-prob_da").click();
    expect(heads(page)[2]).toBe("prob_da");
    expect(kept(page).map(({ name }) => name)).toContain("stability"); // not in this table
  });

  it("moves and sizes by keys, keeps the focus, and closes by Escape", () => {
    const page = opened();
    const menu = open(page);
    expect(document.activeElement).toBe(page.find("columns-region"));
    key(menu.firstElementChild?.firstElementChild as Element, "ArrowDown");
    expect(document.activeElement).toBe(page.find("columns-effect_size"));
    key(page.find("columns-effect_size"), "ArrowUp", { altKey: true });
    expect(heads(page).slice(0, 2)).toEqual(["effect_size", "region"]);
    expect(document.activeElement).toBe(page.find("columns-effect_size"));
    key(page.find("columns-effect_size"), "ArrowDown", { altKey: true });
    expect(heads(page).slice(0, 2)).toEqual(["region", "effect_size"]);
    Object.defineProperty(page.find("da-header-effect_size"), "offsetWidth", { value: 100 });
    key(page.find("columns-effect_size"), "ArrowRight");
    expect(widthOf(page, "effect_size")).toBe(112);
    key(page.find("columns-effect_size"), "Escape");
    expect(menu.hidden).toBe(true);
    expect(document.activeElement).toBe(page.find("da-columns"));
  });

  it("puts the usual columns back", () => {
    const page = opened(state({ table_columns: shown("region") }));
    open(page);
    page.find("columns-reset").click();
    expect(kept(page)).toEqual([]);
    expect(heads(page).length).toBeGreaterThan(5);
  });
});

describe("by mouse", () => {
  it("the edge of a column is dragged, and a double click gives the usual width back", () => {
    const page = opened();
    const edge = page.find("width-prob_da");
    Object.defineProperty(edge.parentElement, "offsetWidth", { value: 80 });
    pointer(edge, "pointerdown", 500);
    pointer(edge, "pointermove", 530);
    expect(page.grid.style.getPropertyValue("--pv-columns")).toContain(" 110px ");
    expect(kept(page)).toEqual([]); // not before it is let go
    pointer(edge, "pointerup", 530);
    expect(widthOf(page, "prob_da")).toBe(110);
    edge.dispatchEvent(new MouseEvent("dblclick", { bubbles: true }));
    expect(widthOf(page, "prob_da")).toBe(0);
  });

  it("a name is dragged to another place, which does not sort", () => {
    const page = opened();
    const cells = [...page.el.querySelectorAll<HTMLElement>("[role=columnheader]")];
    for (const [at, cell] of cells.entries()) {
      Object.defineProperty(cell, "offsetLeft", { value: 100 * at });
      Object.defineProperty(cell, "offsetWidth", { value: 100 });
    }
    const name = page.find("da-header-prob_da").querySelector("button") as HTMLElement;
    pointer(name, "pointerdown", 250);
    pointer(name, "pointermove", 130);
    expect(page.find("da-header-effect_size").hasAttribute("data-drop-before")).toBe(true);
    pointer(name, "pointerup", 130);
    name.click();
    expect(heads(page).slice(0, 3)).toEqual(["region", "prob_da", "effect_size"]);
    expect(page.model.get("sort_by")).toEqual([]);
  });

  it("a press that hardly moves is a click", () => {
    const page = opened();
    const name = page.find("da-header-prob_da").querySelector("button") as HTMLElement;
    pointer(name, "pointerdown", 250);
    pointer(name, "pointermove", 252);
    pointer(name, "pointerup", 252);
    name.click();
    expect(page.model.get("sort_by")).toEqual([{ column: "prob_da", ascending: false }]);
    expect(kept(page)).toEqual([]);
  });
});
