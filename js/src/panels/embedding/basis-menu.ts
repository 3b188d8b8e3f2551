/** Which embedding is shown, which two dimensions of it, and the button that shows all of it. */
import type { ReadonlySignal } from "@preact/signals-core";
import { numbers } from "../../arrays";
import type { Commands } from "../../commands";
import type { Basis, EmbeddingState, WireArray } from "../../contract";
import { nPlaced } from "../../draw/scatter/camera";
import type { PanelLifetime } from "../../panel";
import { h, select } from "../../ui/dom";
import { count } from "../../ui/format";
import { drawnSign } from "./toolbar";

const CORNERS = "M2 5.5V2h3.5M10.5 2H14v3.5M14 10.5V14h-3.5M5.5 14H2v-3.5";
const SIGNS = {
  fit: CORNERS,
  fit_selection: `${CORNERS}M6 8a2 2 0 1 0 4 0a2 2 0 1 0-4 0z`,
  zoom_in: "M8 3v10M3 8h10",
  zoom_out: "M3 8h10",
};

/** The map before any training, as Python calls it in `obsm`. */
export const PREVIEW = "X_preview";
/** The map after an epoch of the training; its number follows. */
export const EPOCH = "X_peakvi_epoch_";

/** What is said beside the menu. */
export interface Remark {
  text: string;
  title: string;
}

/** What the menu shows and offers. */
export interface BasisMenuState {
  bases: ReadonlySignal<Basis[]>;
  basis: ReadonlySignal<string>;
  dimensions: ReadonlySignal<readonly number[]>;
  /** What else is to be said of the picture, and more of it on hover. */
  remark: ReadonlySignal<Remark>;
  show(basis: string, dimensions: [number, number]): void;
  /** Those that look from elsewhere. */
  commands: Commands<keyof typeof SIGNS>;
}

/** Make the menu: the basis, and where it has more than two dimensions, those. */
export function basisMenu(
  { bases, basis, dimensions, remark, show, commands }: BasisMenuState,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const name = select([], (chosen) => show(chosen, [0, 1]), {
    ...{ ended, testid: "basis", label: "embedding" },
    title: "The embedding that is shown; selection and groups stay",
  });
  const axes = [0, 1].map((axis) => {
    const choose = (value: string) => {
      const [x = 0, y = 1] = dimensions.value;
      const other = axis === 0 ? y : x;
      const own = axis === 0 ? x : y;
      const chosen = Number(value);
      const rest = chosen === other ? own : other; // the same one twice means: change places
      show(basis.value, axis === 0 ? [chosen, rest] : [rest, chosen]);
    };
    const label = axis === 0 ? "dimension on the x axis" : "dimension on the y axis";
    return select([], choose, { ended, testid: `dimension-${axis + 1}`, label, title: label });
  });
  const pair = h(
    "span",
    { class: "pv-dimensions" },
    axes[0] as HTMLElement,
    "×",
    axes[1] as Node & HTMLElement,
  );
  const said = h("span", {});
  const buttons = (Object.keys(SIGNS) as (keyof typeof SIGNS)[]).map((id) => {
    const options = { iconOnly: true, kind: "ghost", testid: id.replace("_", "-") } as const;
    const one = commands.button(id, options);
    one.append(drawnSign(SIGNS[id]));
    watch(() => {
      one.disabled = !commands.enabled(id);
    });
    return one;
  });
  const looks = h("span", { class: "pv-look-from" }, ...buttons);
  const el = h("div", { class: "pv-where-cells" }, looks, name, pair, said);
  watch(() => {
    const names = bases.value.map((one) => one.name);
    name.setChoices(names.filter((one) => one === basis.value || !one.startsWith(EPOCH)));
    name.value = basis.value;
    name.disabled = bases.value.length < 2;
    const n = bases.value.find((one) => one.name === basis.value)?.n_dimensions ?? 2;
    pair.hidden = n < 3;
    const numbers = Array.from({ length: n }, (_, i) => ({ value: `${i}`, label: `${i + 1}` }));
    axes.forEach((axis, i) => {
      axis.setChoices(numbers);
      axis.value = `${dimensions.value[i]}`;
    });
  });
  watch(() => {
    said.textContent = remark.value.text;
    said.title = remark.value.title;
  });
  return el;
}

/** What else is to be said of the places: where they are from, and how many cells have none. */
export function remarkOn(
  embedding: WireArray,
  {
    basis,
    training,
    preview_sentence,
  }: Pick<EmbeddingState, "basis" | "training" | "preview_sentence">,
): Remark {
  const places = numbers(embedding) as Float64Array;
  const n = places.length / 2 - nPlaced(places);
  const lost = n === 1 ? "1 cell has no place" : `${count(n)} cells have no place`;
  const isPreview = basis === PREVIEW;
  const fromFile = training === "untrained" ? "from the file" : "";
  const epoch = basis.startsWith(EPOCH) && `main axes after epoch ${basis.slice(EPOCH.length)}`;
  const from = isPreview ? "preview, before training" : epoch || fromFile;
  return {
    text: [from, n > 0 && lost].filter(Boolean).join(" · "),
    title: isPreview ? preview_sentence : "",
  };
}
