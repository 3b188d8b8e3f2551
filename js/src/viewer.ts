/** The window: puts each panel and each docked widget in its place, and brings commands together. */
import type { AnyModel, Host, RenderProps } from "@anywidget/types";
import { signal } from "@preact/signals-core";
import type { Layout, ViewerIntent, ViewerState } from "./contract";
import { definePanel, type Panel } from "./panel";
import { h } from "./ui/dom";
import { notices } from "./ui/notices";
import { allCommands } from "./viewer/all-commands";
import { banner, NEWER } from "./viewer/banner";
import { palette } from "./viewer/command-palette";
import { docks } from "./viewer/docks";
import { fileDialog } from "./viewer/file-dialog";
import { header } from "./viewer/header";
import { kernelOf } from "./viewer/kernel";
import { inMenus, menuButton } from "./viewer/menu";
import { type Pages, windowPages } from "./viewer/pages";
import { hideSavedOutput } from "./viewer/saved-output";
import { screenshots } from "./viewer/screenshot";
import { shortcuts } from "./viewer/shortcut-sheet";
import { statusLine } from "./viewer/status-line";
import { pageItems, windowCommands } from "./viewer/window-commands";

const NARROW = 700; // pixels below which everything but the canvas becomes a tab

type ViewerPanel = Panel<ViewerState, ViewerIntent>;

export default {
  async render(props: RenderProps<ViewerState>) {
    let drawn: Promise<unknown> = Promise.resolve();
    definePanel<ViewerState, ViewerIntent>((panel) => {
      drawn = draw(panel, props);
    }).render(props);
    await drawn;
  },
};

function draw(panel: ViewerPanel, from: { host: Host; model: AnyModel }): Promise<unknown> {
  const { el, wire, ended } = panel;
  const superseded = wire.read("superseded");
  if (superseded.peek()) {
    el.append(
      h("p", { class: "pv-banner", "data-kind": "superseded" }, superseded.peek(), " ", NEWER),
    );
    return Promise.resolve(); // its panels are closed
  }
  hideSavedOutput(wire.read("saved_output").peek(), el.ownerDocument, ended);
  const frame = h("div", { class: "pv-viewer", tabindex: -1, "data-testid": "viewer" });
  const pages = windowPages(panel, from);
  const narrow = isNarrow(frame, ended);
  const window_docks = docksOf(frame, pages, narrow, panel);
  const dialog = fileDialog(panel);
  const commands = windowCommands(
    {
      ...{ frame, pages, docks: window_docks, narrow, dialog },
      pictures: screenshots(frame, pages.drawn, panel),
      openPalette: () => finder.open(),
      openShortcuts: () => sheet.open(),
    },
    panel,
  );
  const isReadOnly = () => band.frozen.peek() !== "";
  const all = allCommands(pages, isReadOnly, panel);
  const found = (words: readonly string[]) => all.items(words).filter(({ id }) => id !== "palette");
  const finder = palette({ items: found, ended });
  const sheet = shortcuts(all.chapters, ended);
  followTraining(pages, panel);

  const shown = () => pageItems({ pages, docks: window_docks });
  const menu = menuButton(
    () => inMenus(all.items(), { View: [shown()], Yours: [all.bound()] }),
    ended,
  );
  const kernel = kernelOf(panel, from.model, isReadOnly);
  const band = banner(kernel.state, superseded, frame, panel);
  const toasts = notices(panel);
  toasts.classList.add("pv-toasts");
  const halt = commands.button("halt", { label: "Cancel", testid: "halt" });
  const openLog = () => window_docks.reveal("log_panel");
  frame.append(
    header(menu.button, commands, panel),
    band.el,
    h("div", { class: "pv-dock", "data-area": "canvas" }, ...pages.canvas),
    ...window_docks.els,
    statusLine({ kernel, halt, openLog }, panel),
    toasts,
    ...[menu.el, dialog.el, finder.el, sheet.el],
  );
  el.append(frame);
  return pages.drawn();
}

/** Whether the window is narrow, which is measured while it is on the page. */
function isNarrow(frame: HTMLElement, ended: AbortSignal) {
  const narrow = signal(false);
  const observer = new ResizeObserver((entries) => {
    const width = entries.at(-1)?.contentRect.width ?? 0;
    if (width > 0) narrow.value = width < NARROW; // 0 while the notebook has it detached
  });
  observer.observe(frame);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
  return narrow;
}

/** The docks; their layout is kept in Python, so that it is the same when the page is loaded again. */
function docksOf(
  frame: HTMLElement,
  { all }: Pages,
  narrow: ReturnType<typeof isNarrow>,
  panel: ViewerPanel,
) {
  const { wire } = panel;
  const layout = wire.read("window_layout");
  const keep = (changes: Partial<Layout>) => {
    const now = layout.peek();
    const next = { ...now, ...changes };
    const names = Object.keys(changes) as (keyof Layout)[];
    if (names.some((name) => next[name] !== now[name])) wire.write("window_layout", next);
  };
  const first = () => (wire.read("n_cells").peek() === 0 ? "data" : "differential");
  return docks({ frame, pages: all, layout, narrow, first, keep }, panel);
}

/** When a training begins, its curves are what to look at. */
function followTraining(pages: Pages, { wire, watch }: ViewerPanel) {
  const training = wire.read("training");
  const isIdle = () => training.value === "untrained" || training.value === "trained";
  let wasIdle = true;
  watch(() => {
    if (wasIdle && !isIdle()) pages.followTraining();
    wasIdle = isIdle();
  });
}
