/** A row of tabs of which one is chosen; what it opens is told by its id. */
import { h } from "../dom";

/** One tab. */
export interface Tab<T extends string> {
  value: T;
  label: string;
  /** The id of the element that it opens. */
  controls: string;
}

/** A tab list that stands in `el`. */
export interface Tabs<T extends string> {
  el: HTMLElement;
  /** Choose without telling; only some tabs may be on show. */
  show(chosen: T, offered: readonly T[]): void;
}

/** Make the tabs; arrows, Home and End move among those on show. */
export function tabs<T extends string>(
  all: readonly Tab<T>[],
  choose: (value: T) => void,
  { ended, label }: { ended: AbortSignal; label: string },
): Tabs<T> {
  const made = all.map(({ value, label, controls }) => {
    const tab = h(
      "button",
      {
        type: "button",
        role: "tab",
        class: "pv-tab",
        id: `${controls}-tab`,
        "aria-controls": controls,
        "data-testid": `tab-${value}`,
      },
      label,
    );
    tab.addEventListener("click", () => choose(value), { signal: ended });
    return { value, tab };
  });
  const el = h(
    "div",
    { class: "pv-tabs", role: "tablist", "aria-label": label },
    ...made.map(({ tab }) => tab),
  );
  el.addEventListener(
    "keydown",
    (event) => {
      const seen = made.filter(({ tab }) => !tab.hidden);
      const at = seen.findIndex(({ tab }) => tab === event.target);
      const to: Record<string, number> = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        Home: 0,
        End: seen.length - 1,
      };
      const index = to[event.key];
      const next = index === undefined ? undefined : seen[(index + seen.length) % seen.length];
      if (at < 0 || !next) return;
      event.preventDefault();
      event.stopPropagation();
      choose(next.value);
      next.tab.focus();
    },
    { signal: ended },
  );
  return {
    el,
    show(chosen, offered) {
      for (const { value, tab } of made) {
        tab.hidden = !offered.includes(value);
        tab.setAttribute("aria-selected", String(value === chosen));
        tab.tabIndex = value === chosen ? 0 : -1;
      }
    },
  };
}
