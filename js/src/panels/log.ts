/** The log: every notice of the session, the newest on top, and reports of what failed. */
import { computed } from "@preact/signals-core";
import { commandsOf } from "../commands";
import { LOG_COMMANDS, type LogEntry, type LogIntent, type LogState } from "../contract";
import { definePanel } from "../panel";
import { copy } from "../ui/code-text";
import { button, h } from "../ui/dom";

const MAX_ENTRIES = 200; // as many as Python keeps

export default definePanel<LogState, LogIntent>((panel) => {
  const { el, wire, watch, ended } = panel;
  const [older, newer] = [wire.read("log_older"), wire.read("log_newer")];
  const entries = computed(() => [...older.value, ...newer.value].slice(-MAX_ENTRIES));
  const newest = () => entries.value.findLast(({ report }) => report !== "");

  const said = h("span", { class: "pv-dim", role: "status" });
  const count = h("span", { class: "pv-grow pv-dim" });
  const list = h("ol", { class: "pv-log", "aria-label": "Notices", "data-testid": "log" });
  const rows = new Map<number, HTMLElement>();

  const commands = commandsOf(panel, LOG_COMMANDS, {
    copy_report: {
      browserOnly: true,
      enabled: () => newest() !== undefined,
      run: () => {
        const entry = newest();
        const row = entry && rows.get(entry.number);
        if (row) void take(row);
      },
    },
    clear_log: {
      enabled: () => entries.value.length > 0,
      run: () => wire.ask({ intent: "clear_log" }),
    },
  });
  const clear = commands.button("clear_log", { label: "Clear", testid: "clear-log" });

  async function take(row: HTMLElement) {
    const details = row.querySelector("details") as HTMLDetailsElement;
    details.open = true; // what is copied can be seen, and what is not shown cannot be selected
    const done = await copy(row.querySelector("pre") as HTMLElement);
    said.textContent = done ? "copied" : "selected: press Ctrl+C or ⌘C";
  }

  function rowOf({ level, text, report, time }: LogEntry): HTMLElement {
    const when = new Date(1000 * time);
    const row = h(
      "li",
      { "data-kind": level, "data-testid": "log-entry" },
      h("time", {}, when.toLocaleTimeString("en-GB")),
      h("span", { class: "pv-log-level" }, level),
      h("span", {}, text),
    );
    if (report) {
      const press = () => void take(row);
      row.append(
        button("Copy report", press, { ended, testid: "copy-report" }),
        h(
          "details",
          { class: "pv-details" },
          h("summary", {}, "where it was raised"),
          h("pre", { class: "pv-code", tabindex: 0 }, report),
        ),
      );
    }
    return row;
  }
  watch(() => {
    const now = entries.value;
    const kept = new Set(now.map(({ number }) => number));
    for (const [number, row] of rows) {
      if (kept.has(number)) continue;
      row.remove();
      rows.delete(number);
    }
    for (const entry of now) {
      if (rows.has(entry.number)) continue;
      const row = rowOf(entry);
      rows.set(entry.number, row);
      list.prepend(row);
    }
    const n = now.length;
    count.textContent = n === 0 ? "No notices yet." : `${n} notice${n > 1 ? "s" : ""}`;
    clear.disabled = n === 0;
    said.textContent = ""; // what was copied is old news
  });

  el.append(
    h(
      "section",
      { class: "pv-panel pv-fill", "aria-label": "Log", "data-testid": "log-panel" },
      h("div", { class: "pv-panel-head" }, count, said, clear),
      list,
    ),
  );
});
