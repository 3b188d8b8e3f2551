/** A file on the server: one sheet asks where, says what is in the way, and asks before anything is replaced. */
import { signal } from "@preact/signals-core";
import type { ViewerIntent, ViewerState } from "../contract";
import type { Panel } from "../panel";
import { button, h } from "../ui/dom";
import { overlay } from "../ui/modal";
import { pendingRequest } from "../ui/pending-request";

type Purpose = "open" | "session" | "page" | "script" | "notebook";

const ASKS: Readonly<Record<Purpose, { title: string; ending: string; hint: string }>> = {
  open: {
    title: "Open session",
    ending: ".peakvi",
    hint: "Continue a saved session, with its counts, groups, model and results.",
  },
  session: {
    title: "Save session",
    ending: ".peakvi",
    hint: "Counts, groups, model and results in one file, to continue in another kernel.",
  },
  page: {
    title: "Save as a page",
    ending: ".html",
    hint: "Cells, groups and table in one file that a browser opens without a kernel. It holds which regions are open in which cells, and their names.",
  },
  script: {
    title: "Save code as .py",
    ending: ".py",
    hint: "A script that reproduces this session.",
  },
  notebook: {
    title: "Save code as notebook",
    ending: ".ipynb",
    hint: "The script as a notebook, one cell for each step of the work.",
  },
};
const ENDING = /\.(py|ipynb|peakvi|html)$/;

/** A sheet. */
export interface FileDialog {
  el: HTMLElement;
  open(purpose: Purpose): void;
}

/** Make the sheet, closed. */
export function fileDialog({
  wire,
  watch,
  ended,
}: Pick<Panel<ViewerState, ViewerIntent>, "wire" | "watch" | "ended">): FileDialog {
  const { el, sheet, open, close } = overlay({ label: "File", testid: "file-dialog" }, ended);
  const purpose = signal<Purpose>("session");
  const trouble = signal({ text: "", isThere: false });
  const asked = pendingRequest<"file">(ended);
  const answer = wire.read("file_answer");

  const title = h("h3", {});
  const shut = button("Close", close, { ended, kind: "ghost", icon: "×", iconOnly: true });
  const path = h("input", {
    class: "pv-field",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    "aria-label": "path of the file on the server",
    "data-testid": "dialog-path",
  });
  const hint = h("p", { class: "pv-text pv-dim" });
  const said = h("p", { class: "pv-text", role: "alert", "data-testid": "dialog-said" });
  const go = button("", () => send(), { ended, asks: true, kind: "primary", testid: "dialog-go" });
  const cancel = button("Cancel", close, { ended, testid: "dialog-cancel" });
  sheet.append(
    h("div", { class: "pv-sheet-head" }, title, shut),
    hint,
    h("div", { class: "pv-file-line" }, path, go, cancel),
    said,
  );
  sheet.classList.add("pv-file-sheet");

  function send() {
    const name = path.value.trim();
    if (name === "") return path.focus();
    const file = name.replace(ENDING, "") + ASKS[purpose.value].ending;
    path.value = file;
    asked.ask("file");
    if (purpose.value === "open") wire.ask({ intent: "open_session", path: file });
    else wire.ask({ intent: "save_file", path: file, overwrite: trouble.value.isThere });
  }
  path.addEventListener(
    "keydown",
    ({ key }) => {
      if (key !== "Enter") return;
      if (trouble.value.isThere)
        go.focus(); // to replace a file is said by its own button
      else send();
    },
    { signal: ended },
  );
  const clear = () => {
    trouble.value = { text: "", isThere: false };
  };
  path.addEventListener("input", clear, { signal: ended });

  let seen = answer.value.number;
  watch(() => {
    const { number, outcome, text } = answer.value;
    if (number === seen) return;
    seen = number;
    if (!asked.now.peek()) return; // another view asked
    asked.settle();
    if (outcome === "done") close();
    trouble.value = { text, isThere: outcome === "there" };
  });
  watch(() => {
    const { isThere, text } = trouble.value;
    const { title: words, hint: about } = ASKS[purpose.value];
    const left = purpose.value === "open" && wire.read("n_cells").value > 0;
    title.textContent = words;
    hint.textContent = `${about} ${left ? "What is open now is left: save it first." : ""}`.trim();
    go.textContent = purpose.value === "open" ? "Open" : isThere ? "Replace" : "Save";
    go.classList.toggle("pv-danger", isThere);
    go.classList.toggle("pv-primary", !isThere);
    const isLate = asked.now.value?.late ?? false;
    const late = "The kernel is busy with a cell; this happens when that ends.";
    said.textContent = isLate ? late : isThere ? `${text} Replace it, or change the name.` : text;
    said.toggleAttribute("data-warn", isLate || isThere);
  });

  return {
    el,
    open(next) {
      purpose.value = next;
      asked.settle();
      clear();
      const source = wire.read("source").peek().split(/[\\/]/).filter(Boolean).at(-1) ?? "";
      const stem = source.replace(/\.[^.]+$/, "") || "peakvi_session";
      path.value = stem + ASKS[next].ending;
      sheet.setAttribute("aria-label", ASKS[next].title);
      open(path);
      path.setSelectionRange(0, stem.length);
    },
  };
}
