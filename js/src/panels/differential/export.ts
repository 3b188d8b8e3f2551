/** The table for other programs: CSV and BED files, rows and regions on the clipboard. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Columns } from "../../arrays";
import type { DifferentialIntent, DifferentialState } from "../../contract";
import type { MenuEntry } from "../../draw/grid/row-menu";
import type { Panel } from "../../panel";
import { copyText } from "../../ui/clipboard";
import { h } from "../../ui/dom";
import { download } from "../../ui/download";
import { count } from "../../ui/format";
import { bedOf } from "../comparison/bed";
import { csvText, fileName, tsvText } from "../comparison/region-table";
import type { RegionGrid } from "./region-grid";

const SHOWN_FOR = 4000; // ms that "Copied ..." stays

/** What can be taken out of the table. */
export interface TableExport {
  /** Says what was copied. */
  status: HTMLElement;
  /** Whether there are rows to take. */
  enabled(): boolean;
  save(): void;
  copyRows(rows: Uint32Array): void;
  copyRegions(rows: Uint32Array): void;
  saveBed(): void;
  copyBed(): void;
  /** The entries of a row's menu. */
  entries(row: number): readonly MenuEntry[];
}

/** Make the exports; `body` holds the text while it is copied. */
export function tableExport(
  table: ReadonlySignal<Columns | undefined>,
  { rows, columns, seen, regionOf }: RegionGrid,
  body: HTMLElement,
  { wire, watch }: Panel<DifferentialState, DifferentialIntent>,
): TableExport {
  const [title, state] = [wire.read("da_title"), wire.read("da_state")];
  const copied = signal("");
  const status = h("span", { class: "pv-dim", role: "status", "data-testid": "da-copied" });
  watch(() => {
    status.textContent = copied.value;
    const timer = setTimeout(() => {
      copied.value = "";
    }, SHOWN_FOR);
    return () => clearTimeout(timer);
  });
  const copy = async (text: string, what: string) => {
    const isDone = await copyText(text, body);
    copied.value = isDone ? `Copied ${what}.` : "The browser did not allow copying.";
  };
  const copyRows = (some: Uint32Array) => {
    if (!table.value) return;
    void copy(tsvText(table.value, some, columns.written()), counted(some.length, "row"));
  };
  const copyRegions = (some: Uint32Array) => {
    const text = Array.from(some, regionOf).join("\n");
    void copy(text, counted(some.length, "region"));
  };
  const copyBed = () => {
    if (!table.value) return;
    const { text, n_lines, n_left_out } = bedOf(table.value, rows.view, regionOf);
    const rest = n_left_out > 0 ? `. ${leftOut(n_left_out).slice(0, -1)}` : "";
    void copy(text, `${counted(n_lines, "region")} as BED${rest}`);
  };
  return {
    status,
    copyRows,
    copyRegions,
    copyBed,
    saveBed() {
      if (!table.value) return;
      const { text, n_left_out } = bedOf(table.value, rows.view, regionOf);
      if (n_left_out > 0) copied.value = leftOut(n_left_out);
      download(text, fileName(title.value, state.value, "bed"), "text/plain;charset=utf-8");
    },
    enabled: () => table.value !== undefined && seen.value.rows > 0,
    save() {
      if (!table.value) return;
      const text = csvText(table.value, rows.view, columns.written());
      download(text, fileName(title.value, state.value), "text/csv;charset=utf-8");
    },
    entries(row) {
      const [one, all, some] = [Uint32Array.of(row), rows.view, rows.chosen];
      const selected = [
        { label: `Copy ${count(some.length)} selected regions`, run: () => copyRegions(some) },
        { label: `Copy ${count(some.length)} selected rows`, run: () => copyRows(some) },
      ];
      return [
        ...(some.length > 1 && some.includes(row) ? selected : []),
        { label: `Copy ${regionOf(row)}`, run: () => copyRegions(one) },
        { label: "Copy this row", run: () => copyRows(one) },
        { label: `Copy ${counted(all.length, "region")}`, run: () => copyRegions(all) },
        { label: `Copy ${counted(all.length, "row")}`, run: () => copyRows(all) },
        { label: `Copy ${counted(all.length, "region")} as BED`, run: copyBed },
      ];
    },
  };
}

const leftOut = (n: number) => `${counted(n, "name")} left out: not a place on a chromosome.`;

const counted = (n: number, one: string) => `${count(n)} ${one}${n === 1 ? "" : "s"}`;
