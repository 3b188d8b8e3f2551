/** Highlights the control that a step needs, or the tab or section that hides it. */
import type { PanelLifetime } from "../../panel";

const MARK = "data-spotlight";

/** Mark a control of the viewer that the panel stands in, by its `data-testid`; none if empty. */
export function spotlight(
  el: HTMLElement,
  wanted: () => string,
  { watch, ended }: PanelLifetime,
): void {
  let [marked, frame] = [null as Element | null, 0];
  const mark = () => {
    const viewer = el.closest(".pv-viewer");
    const name = wanted();
    const found = /^[\w-]+$/.test(name) ? viewer?.querySelector(`[data-testid="${name}"]`) : null;
    const next = found ? visible(found) : null;
    if (marked === next) return;
    marked?.removeAttribute(MARK);
    next?.setAttribute(MARK, "");
    marked = next;
  };
  const later = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(mark);
  };
  watch(() => {
    wanted();
    later();
  });
  const around = el.closest(".pv-viewer") ?? el; // a click may show or hide the control
  for (const event of ["click", "keyup"]) around.addEventListener(event, later, { signal: ended });
  ended.addEventListener(
    "abort",
    () => {
      cancelAnimationFrame(frame);
      marked?.removeAttribute(MARK);
    },
    { once: true },
  );
}

/** The outermost thing that must be opened to see an element, or the element itself. */
function visible(element: Element): Element {
  let seen = element;
  for (let part = element.parentElement; part; part = part.parentElement) {
    if (part instanceof HTMLDetailsElement && !part.open) {
      seen = part.querySelector("summary") ?? seen;
    } else if (part instanceof HTMLElement && part.hidden) {
      const tab = part.getAttribute("aria-labelledby");
      seen = (tab && part.ownerDocument.getElementById(tab)) || seen;
    }
  }
  return seen;
}
