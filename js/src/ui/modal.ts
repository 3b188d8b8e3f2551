/** A sheet over the window: takes the keyboard while it is open, and gives it back. */
import { h } from "./dom";

/** A sheet; what it shows is put into `sheet`. */
export interface Overlay {
  el: HTMLElement;
  sheet: HTMLElement;
  readonly isOpen: boolean;
  /** Show it and hand the keyboard to `first`. */
  open(first: HTMLElement): void;
  /** Hide it; the keyboard goes back to where it was. */
  close(): void;
}

const REACHED = "button:not(:disabled), input, [tabindex='0']";

/** Make a sheet; Escape and a click beside it close it, Tab stays inside, no key goes through it. */
export function overlay(
  { label, testid }: { label: string; testid: string },
  ended: AbortSignal,
): Overlay {
  const sheet = h("div", {
    class: "pv-sheet",
    role: "dialog",
    "aria-modal": "true",
    "aria-label": label,
    "data-testid": testid,
  });
  const el = h("div", { class: "pv-overlay", hidden: true }, sheet);
  let before: HTMLElement | undefined;
  const close = () => {
    if (el.hidden) return;
    el.hidden = true;
    before?.focus({ preventScroll: true });
  };
  const press = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (event.key === "Tab") turn(event);
    else return;
    event.preventDefault();
  };
  function turn(event: KeyboardEvent) {
    const all = [...sheet.querySelectorAll<HTMLElement>(REACHED)].filter((one) => !one.hidden);
    const at = all.indexOf(event.target as HTMLElement) + (event.shiftKey ? -1 : 1);
    all[(at + all.length) % all.length]?.focus();
  }
  el.addEventListener("keydown", press, { signal: ended });
  el.addEventListener("pointerdown", (event) => event.target === el && close(), { signal: ended });
  return {
    el,
    sheet,
    get isOpen() {
      return !el.hidden;
    },
    open(first) {
      const { activeElement } = el.getRootNode() as Document | ShadowRoot;
      if (el.hidden) before = activeElement instanceof HTMLElement ? activeElement : undefined;
      el.hidden = false;
      first.focus({ preventScroll: true });
    },
    close,
  };
}
