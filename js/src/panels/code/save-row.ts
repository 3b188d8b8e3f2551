/** What was done, into a file beside the notebook: as a script, a notebook or the whole session. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { PanelLifetime } from "../../panel";
import { button, checkbox, h } from "../../ui/dom";

/** What the part looks at, and what a person may do. */
export interface Files {
  /** What was opened; empty when nothing is. */
  source: ReadonlySignal<string>;
  saveCode(path: string, overwrite: boolean): void;
  saveSession(path: string, overwrite: boolean): void;
}

const KINDS = [
  { ending: ".py", label: "Save script", action: "saveCode" },
  { ending: ".ipynb", label: "Save notebook", action: "saveCode" },
  { ending: ".peakvi", label: "Save session", action: "saveSession" },
] as const;
const ENDING = /\.(py|ipynb|peakvi)$/;

/** Make the part: a name, and a button for each kind of file, which sets the ending. */
export function files(state: Files, { watch, ended }: PanelLifetime): HTMLElement {
  const name = h("input", {
    class: "pv-field",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    value: "peakvi_session",
    title: "Name on the server, in the notebook's folder; with a path before it if needed",
    "aria-label": "name of the file",
    "data-testid": "file-name",
  });
  const overwrite = checkbox("replace", () => {}, {
    ended,
    testid: "file-overwrite",
    title: "Replace an existing file of this name",
  });
  const savers = KINDS.map(({ ending, label, action }) => {
    const save = () => {
      const stem = name.value.trim().replace(ENDING, "");
      if (stem === "") return name.focus();
      state[action](stem + ending, overwrite.input.checked);
      overwrite.input.checked = false; // said for one file, not for all to come
    };
    const testid = `save${ending.replace(".", "-")}`;
    return button(label, save, { ended, asks: true, testid, title: `Write a ${ending} file` });
  });
  const session = savers[2] as HTMLButtonElement;
  watch(() => {
    session.disabled = state.source.value === "";
    session.title = session.disabled
      ? "Open counts first"
      : "Counts, groups, model and results in one .peakvi file; open it like any other";
  });
  return h("div", { class: "pv-files" }, name, ...savers, overwrite.el);
}
