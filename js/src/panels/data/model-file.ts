/** A trained model into a folder, and back. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Access, DataState } from "../../contract";
import type { PanelLifetime } from "../../panel";
import { button, checkbox, h } from "../../ui/dom";

/** What the part looks at, and what a person may do. */
export interface ModelFileState {
  training: ReadonlySignal<DataState["training"]>;
  /** The folder that the server looks at. */
  directory: ReadonlySignal<string>;
  /** What the server allows pages to read and write. */
  access: Access;
  save(path: string, overwrite: boolean): void;
  load(path: string): void;
}

/** Make the part, folded. */
export function modelFile(
  { training, directory, access, save, load }: ModelFileState,
  { watch, ended }: PanelLifetime,
): HTMLElement {
  const path = h("input", {
    class: "pv-field",
    type: "text",
    spellcheck: "false",
    autocomplete: "off",
    value: "peakvi_model",
    "aria-label": "folder of the model",
    "data-testid": "model-path",
  });
  const overwrite = checkbox("replace an existing model", () => {}, { ended, testid: "overwrite" });
  const folder = () => path.value.trim();
  const saver = button("Save", () => folder() && save(folder(), overwrite.input.checked), {
    asks: true,
    ended,
    testid: "save-model",
  });
  const loader = button("Load", () => folder() && load(folder()), {
    asks: true,
    ended,
    testid: "load-model",
    title: "Read a model that was saved here or by scvi-tools",
  });
  const reason = h("p", { class: "pv-text pv-dim" });
  watch(() => {
    path.title = `Folder on the server, as seen from ${directory.value || "where the kernel runs"}`;
  });
  watch(() => {
    const idle = training.value === "untrained" || training.value === "trained";
    saver.disabled = training.value !== "trained";
    loader.disabled = !idle;
    overwrite.el.hidden = saver.disabled || !access.saving;
    reason.textContent = !idle
      ? "Training is running."
      : saver.disabled && access.saving
        ? "There is nothing to save before a model is trained."
        : "";
  });
  saver.hidden = !access.saving;
  loader.hidden = !access.opening;
  return h(
    "details",
    {
      class: "pv-details",
      hidden: !access.saving && !access.opening,
      "data-testid": "model-file",
    },
    h("summary", {}, access.saving ? "save or load the model" : "load a model"),
    h("div", { class: "pv-line" }, path, saver, loader),
    overwrite.el,
    reason,
  );
}
