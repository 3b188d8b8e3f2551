/** The code panel: the Python that does what was done so far, to take away. */
import { commandsOf } from "../commands";
import { CODE_COMMANDS, type CodeIntent, type CodeState } from "../contract";
import { definePanel } from "../panel";
import { colored, copy } from "../ui/code-text";
import { h } from "../ui/dom";
import { download } from "../ui/download";
import { notices } from "../ui/notices";
import { files } from "./code/save-row";

const COPIED = 2000; // ms that the button says so

export default definePanel<CodeState, CodeIntent>((panel) => {
  const { el, wire, watch, ended } = panel;

  const code = h("pre", { class: "pv-code", tabindex: 0, "data-testid": "script" });
  const commands = commandsOf(panel, CODE_COMMANDS, {
    copy_code: { run: () => void take() },
    download_script: { run: () => load(".py") },
    download_notebook: { run: () => load(".ipynb") },
  });
  const copier = commands.button("copy_code", { label: "Copy", testid: "copy" });
  const savers = (["script", "notebook"] as const).map((what) =>
    commands.button(`download_${what}`, {
      label: what === "script" ? ".py" : ".ipynb",
      icon: "↓",
      testid: `download-${what}`,
    }),
  );
  const said = h("span", { class: "pv-dim", role: "status" });

  for (const part of ["script_head", "script_body", "script_tail"] as const) {
    const el = h("span", {}); // only a part that changed is colored again
    code.append(el);
    watch(() => el.replaceChildren(...colored(wire.read(part).value)));
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  async function take() {
    said.textContent = (await copy(code)) ? "copied" : "selected: press Ctrl+C or ⌘C";
    clearTimeout(timer);
    timer = setTimeout(() => {
      said.textContent = "";
    }, COPIED);
  }
  ended.addEventListener("abort", () => clearTimeout(timer), { once: true });
  // only the view that asked saves it
  const offered = wire.read("download");
  let [asked, seen] = [false, offered.value.number];
  const load = (ending: ".py" | ".ipynb") => {
    asked = true;
    wire.ask({ intent: "download_code", ending });
  };
  watch(() => {
    const { number, name, text } = offered.value;
    if (asked && number !== seen) download(text, name, "text/plain;charset=utf-8");
    if (number !== seen) asked = false;
    seen = number;
  });
  const saving = files(
    {
      source: wire.read("source"),
      saveCode: (path, overwrite) => wire.ask({ intent: "save_code", path, overwrite }),
      saveSession: (path, overwrite) => wire.ask({ intent: "save_session", path, overwrite }),
    },
    panel,
  );
  saving.hidden = !wire.read("access").peek().saving;

  el.append(
    h(
      "section",
      { class: "pv-panel pv-fill", "aria-label": "Code", "data-testid": "code-panel" },
      h(
        "div",
        { class: "pv-panel-head" },
        h("span", { class: "pv-grow" }, "Python that reproduces this session in a new kernel."),
        said,
        ...savers,
        copier,
      ),
      saving,
      code,
      notices(panel),
    ),
  );
});
