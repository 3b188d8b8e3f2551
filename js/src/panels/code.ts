/** The code panel: the Python that does what was done so far, to take away. */
import type { CodeIntent, CodeState } from "../contract";
import { button, h } from "../dom";
import { notices } from "../notices";
import { definePanel } from "../panel";
import { files } from "../parts/files";
import { colored, copy } from "../parts/python";

const COPIED = 2000; // ms that the button says so

export default definePanel<CodeState, CodeIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const script = wire.read("script");

  const code = h("pre", { class: "pv-code", tabindex: 0, "data-testid": "script" });
  const copier = button("Copy", () => void take(), { ended, testid: "copy" });
  const said = h("span", { class: "pv-dim", role: "status" });

  watch(() => code.replaceChildren(...colored(script.value)));

  let timer: ReturnType<typeof setTimeout> | undefined;
  async function take() {
    said.textContent = (await copy(code)) ? "copied" : "selected: press Ctrl+C or ⌘C";
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = "";
    }, COPIED);
  }
  ended.addEventListener("abort", () => clearTimeout(timer), { once: true });
  const saving = files(
    {
      source: wire.read("source"),
      saveCode: (path, overwrite) => wire.ask({ intent: "save_code", path, overwrite }),
      saveSession: (path, overwrite) => wire.ask({ intent: "save_session", path, overwrite }),
    },
    panel,
  );

  el.append(
    h(
      "section",
      { class: "pv-panel pv-fill", "aria-label": "Code", "data-testid": "code-panel" },
      h(
        "div",
        { class: "pv-panel-head" },
        h("span", { class: "pv-grow" }, "The Python that does the same in a fresh kernel."),
        said,
        copier,
      ),
      saving,
      code,
      notices(panel),
    ),
  );
});
