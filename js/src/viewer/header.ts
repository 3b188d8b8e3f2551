/** The head of the window: what is open, the way to every command, undo, folds, the whole screen. */
import type { Commands } from "../commands";
import type { ViewerState } from "../contract";
import type { Panel } from "../panel";
import { h, s } from "../ui/dom";
import { count } from "../ui/format";
import { keyText } from "../ui/keys";
import { AREAS, type Area } from "./docks";

type Shown = "palette" | "shortcuts" | "fullscreen" | "undo" | "redo" | `fold_${Area}`;

const FOLDS: Readonly<Record<Area, string>> = {
  left: "M1.5 1.5h9v9h-9zM4.5 1.5v9",
  right: "M1.5 1.5h9v9h-9zM7.5 1.5v9",
  bottom: "M1.5 1.5h9v9h-9zM1.5 7.5h9",
};
const CORNERS = "M1 4V1H4M8 1H11V4M11 8V11H8M4 11H1V8";

/** Make the head. */
export function header(
  menu: HTMLElement,
  commands: Commands<Shown>,
  { wire, watch }: Pick<Panel<ViewerState, never>, "wire" | "watch">,
): HTMLElement {
  const source = wire.read("source");
  const file = h("span", { class: "pv-file pv-dim" });
  watch(() => {
    const [cells, regions] = [wire.read("n_cells").value, wire.read("n_regions").value];
    const name = source.value.split(/[\\/]/).filter(Boolean).at(-1) ?? "";
    const size = `${count(cells)} cells × ${count(regions)} regions`;
    file.textContent = cells > 0 ? `${name} · ${size}` : "no data yet";
    file.title = source.value;
  });

  const search = commands.button("palette", { label: "", testid: "search" });
  search.classList.add("pv-search");
  search.append(
    h("span", { class: "pv-search-label" }, "Search commands, regions"),
    h("kbd", {}, keyText("/")),
  );
  const back = (id: "undo" | "redo", icon: string) => {
    const label = wire.read(`${id}_label`);
    const element = commands.button(id, {
      iconOnly: true,
      icon,
      kind: "ghost",
      testid: `viewer-${id}`,
    });
    const [verb = "", key = ""] = element.title.split(" ");
    watch(() => {
      element.disabled = !commands.enabled(id);
      element.title = label.value ? `${verb} ${label.value} ${key}` : `There is nothing to ${id}`;
    });
    return element;
  };
  const folds = AREAS.map((area) => {
    const id = `fold_${area}` as const;
    const element = commands.button(id, { iconOnly: true, kind: "ghost", testid: `fold-${area}` });
    element.append(sign(FOLDS[area]));
    watch(() => {
      element.hidden = !commands.enabled(id);
      element.setAttribute(
        "aria-pressed",
        String(wire.read("window_layout").value[`${area}_open`]),
      );
    });
    return element;
  });
  const keys = commands.button("shortcuts", {
    iconOnly: true,
    icon: "?",
    kind: "ghost",
    testid: "help",
  });
  const whole = commands.button("fullscreen", {
    iconOnly: true,
    kind: "ghost",
    testid: "fullscreen",
  });
  whole.append(sign(CORNERS));
  whole.hidden = !document.fullscreenEnabled;
  return h(
    "header",
    { class: "pv-head" },
    menu,
    h("b", { class: "pv-logo" }, "PeakVI"),
    file,
    h("span", { class: "pv-grow" }),
    search,
    back("undo", "↶"),
    back("redo", "↷"),
    h("span", { class: "pv-head-folds" }, ...folds),
    keys,
    whole,
  );
}

const sign = (path: string) =>
  s(
    "svg",
    { viewBox: "0 0 12 12", width: 12, height: 12, "aria-hidden": "true" },
    s("path", { d: path, fill: "none", stroke: "currentColor", "stroke-width": 1.2 }),
  );
