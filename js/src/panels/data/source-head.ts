/** Which counts are open and how large they are, and the button that opens others. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Commands } from "../../commands";
import type { DataIntent, DataState } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";
import { count } from "../../ui/format";

/** The elements of the head. */
export interface SourceHead {
  /** Opens other counts, or keeps these. */
  other: HTMLButtonElement;
  about: HTMLElement;
  /** That opening other counts discards a trained model. */
  warning: HTMLElement;
}

/** Make the head; `choosing` is true while other counts may be chosen. */
export function sourceHead(
  choosing: ReadonlySignal<boolean>,
  commands: Commands<"open_another">,
  { wire, watch }: Panel<DataState, DataIntent>,
): SourceHead {
  const [source, training] = [wire.read("source"), wire.read("training")];
  const [n_cells, n_regions] = [wire.read("n_cells"), wire.read("n_regions")];
  const n_cells_opened = wire.read("n_cells_opened");
  const other = commands.button("open_another", {
    label: "",
    kind: "ghost",
    testid: "open-another",
  });
  const name = h("b", { class: "pv-source", "data-testid": "source" });
  const size = h("span", { class: "pv-dim", "data-testid": "size" });
  const about = h("div", { class: "pv-about" }, name, size);
  const warning = h(
    "p",
    { class: "pv-text pv-dim" },
    "Opening other counts discards the model; save it first.",
  );
  watch(() => {
    other.hidden = about.hidden = n_cells_opened.value === 0;
    other.textContent = choosing.value ? "keep these" : "open another";
    warning.hidden = !choosing.value || training.value !== "trained";
    name.textContent = lastPart(source.value);
    name.title = source.value;
    size.textContent = `${count(n_cells.value)} cells × ${count(n_regions.value)} regions`;
  });
  return { other, about, warning };
}

/** The file or folder name at the end of a path. */
const lastPart = (path: string): string => path.split(/[\\/]/).filter(Boolean).at(-1) ?? path;
