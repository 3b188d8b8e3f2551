/** A row of tabs of which one is chosen; what it opens is named by its id. */
import { h } from "../ui/dom";

/** One tab. */
export interface Tab {
  value: string;
  label: string;
  /** The id of the element that it opens. */
  controls: string;
}

/** A tab list. */
export interface Tabs {
  el: HTMLElement;
  /** Show these tabs, one of them chosen, without running `choose`. */
  show(chosen: string, offered: readonly Tab[]): void;
}

/** Make the tabs; arrows, Home and End move among those that are shown. */
export function tabs(
  choose: (value: string) => void,
  { ended, label }: { ended: AbortSignal; label: string },
): Tabs {
  const made = new Map<string, HTMLButtonElement>();
  let offered: readonly Tab[] = [];
  const el = h("div", { class: "pv-tabs", role: "tablist", "aria-label": label });
  const make = ({ value, label, controls }: Tab) => {
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
    return tab;
  };
  el.addEventListener(
    "keydown",
    (event) => {
      const at = offered.findIndex(({ value }) => made.get(value) === event.target);
      const to: Record<string, number> = {
        ArrowRight: at + 1,
        ArrowLeft: at - 1,
        Home: 0,
        End: offered.length - 1,
      };
      const index = to[event.key];
      const next =
        index === undefined ? undefined : offered[(index + offered.length) % offered.length];
      if (at < 0 || !next) return;
      event.preventDefault();
      event.stopPropagation();
      choose(next.value);
      made.get(next.value)?.focus();
    },
    { signal: ended },
  );
  return {
    el,
    show(chosen, now) {
      if (now.some((tab, i) => tab !== offered[i]) || now.length !== offered.length) {
        for (const { value } of offered) if (!now.some((tab) => tab.value === value)) drop(value);
        for (const tab of now) {
          if (!made.has(tab.value)) made.set(tab.value, make(tab));
          el.append(made.get(tab.value) as HTMLElement);
        }
        offered = now;
      }
      for (const [value, tab] of made) {
        tab.setAttribute("aria-selected", String(value === chosen));
        tab.tabIndex = value === chosen ? 0 : -1;
      }
    },
  };
  function drop(value: string) {
    made.get(value)?.remove();
    made.delete(value);
  }
}
