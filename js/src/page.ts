/**
 * A saved page: opens from a file without a network or a kernel. It is bundled as one classic script,
 * because a page that was opened from a file may load no module.
 */
import { effect, signal } from "@preact/signals-core";
import { cellsStage } from "./page/cells-stage";
import { serveAsWorker } from "./page/model/serve-model";
import { type OpenRegions, openRegions } from "./page/open-regions";
import { bytesOf, unpacked } from "./page/packed-bytes";
import type { PageData } from "./page/page-data";
import { pageModel } from "./page/page-model";
import { pageRail } from "./page/page-rail";
import { type PageState, pageState } from "./page/page-state";
import { regionTables } from "./page/region-tables";
import type { PanelLifetime } from "./panel";
import { h } from "./ui/dom";
import { guardFocus } from "./ui/focus";
import { followTheme } from "./ui/theme";

/** What a block of the page holds, as text. */
const textIn = (id: string) => document.getElementById(id)?.textContent ?? "";

/** The packed parts of a page, and its script, which a worker runs as well. */
export interface PageParts {
  counts: string;
  model: string;
  script: string;
}

/** Build the page in its root. */
export function openPage(root: HTMLElement, data: PageData, parts: PageParts): void {
  const { counts } = parts;
  const { signal: ended } = new AbortController(); // it lives as long as the page
  const lifetime: PanelLifetime = {
    ended,
    watch: (run) => {
      effect(run);
    },
  };
  const open = signal<OpenRegions | undefined>(undefined);
  const state = pageState(data, open);
  const model = pageModel(data, parts);
  followTheme(root, ended);
  guardFocus(root, ended);
  root.classList.add("pv");
  const stage = cellsStage(state, lifetime);
  const cells = h("div", { class: "pv-embedding" }, stage.el, pageRail(state, lifetime));
  const trouble = h("p", { class: "pv-notice", "data-kind": "error", role: "alert" });
  const page = h(
    "section",
    { class: "pv-panel pv-page", tabindex: -1, "aria-label": "Saved page", "data-testid": "page" },
    ...[head(data), trouble, cells, regionTables(state, model, lifetime)],
  );
  root.replaceChildren(page);
  page.focus({ preventScroll: true }); // so that keys work before the first click
  page.addEventListener("keydown", (event) => press(event, state, stage.press), { signal: ended });
  if (!counts.trim()) return;
  unpacked(bytesOf(counts))
    .then((bytes) => {
      open.value = openRegions(bytes, data.n_cells, data.n_regions);
    })
    .catch((error: unknown) => {
      trouble.textContent = `The counts of this page cannot be read, so nothing can be compared here: ${error}`;
    });
}

function head(data: PageData): HTMLElement {
  const facts = data.facts.map((fact) => h("span", {}, fact));
  const note = h("p", { "data-testid": "page-note" }, data.note);
  note.hidden = data.note === "";
  return h("header", { class: "pv-page-head" }, h("h1", {}, data.title), ...facts, note);
}

/** Keys of the whole page, those of the window for the same. */
function press(event: KeyboardEvent, { choice }: PageState, takeTool: (key: string) => boolean) {
  const { key, target } = event;
  if (target instanceof Element && target.closest("input, select, textarea")) return;
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && key.toLowerCase() === "z" && !event.shiftKey) choice.undo();
  else if (isCommand || event.altKey) return;
  else if (event.shiftKey && event.code === "Digit1") choice.againstRest();
  else if (key === "1" || key === "2") choice.makeGroup(key === "1" ? 1 : 2);
  else if (key === "Escape") choice.clear();
  else if (key === "i") choice.invert();
  else if (!takeTool(key.toLowerCase())) return;
  event.preventDefault();
}

if (!serveAsWorker()) {
  const root = document.getElementById("peakvi");
  const script = document.currentScript?.textContent ?? "";
  const parts = { counts: textIn("peakvi-counts"), model: textIn("peakvi-model"), script };
  if (root) openPage(root, JSON.parse(textIn("peakvi-page")), parts);
}
