/** Sentences for the person at the screen: each shown once, in the window or under a lone panel. */
import type { Notice } from "../contract";
import type { Panel } from "../panel";
import { button, h } from "./dom";

/** How long a notice stays; an error stays until it is dismissed. */
const SECONDS: Partial<Record<Notice["level"], number>> = { info: 6, warning: 15 };
const MOST = 4;

/** Make the list that shows each new notice; in a viewer only the viewer's own shows any. */
export function notices<S extends { notice: Notice }, I>(
  panel: Pick<Panel<S, I>, "el" | "wire" | "watch" | "ended">,
): HTMLElement {
  const { el, wire, watch, ended } = panel;
  const list = h("div", { class: "pv-notices", "aria-live": "polite" });
  if (el.parentElement?.closest(".pv-viewer")) return list;

  const notice = wire.read("notice");
  const timers = new WeakMap<Element, ReturnType<typeof setTimeout>>();
  let seen: number | undefined;
  watch(() => {
    const { number, level, text } = notice.value;
    const isOld = seen === undefined && level === "info"; // an earlier view has shown it
    if (!isOld && text && number !== seen) show(level, text);
    seen = number;
  });

  function show(level: Notice["level"], text: string) {
    for (const other of list.children) {
      if (other.firstElementChild?.textContent === text) other.remove();
    }
    const item = h(
      "div",
      {
        class: "pv-notice",
        role: level === "error" ? "alert" : undefined,
        "data-kind": level,
        "data-testid": "notice",
      },
      h("span", {}, text),
    );
    const close = { ended, icon: "×", iconOnly: true, kind: "ghost", testid: "dismiss" } as const;
    item.append(button("Dismiss", () => item.remove(), close));
    list.append(item);
    while (list.children.length > MOST) list.firstElementChild?.remove();
    leave(item, SECONDS[level]);
  }

  /** Remove it after some seconds without a pointer on it. */
  function leave(item: HTMLElement, seconds: number | undefined) {
    if (seconds === undefined) return;
    const hold = () => clearTimeout(timers.get(item));
    const go = () => {
      hold();
      timers.set(
        item,
        setTimeout(() => item.remove(), 1000 * seconds),
      );
    };
    item.addEventListener("pointerenter", hold, { signal: ended });
    item.addEventListener("pointerleave", go, { signal: ended });
    go();
  }
  ended.addEventListener(
    "abort",
    () => {
      for (const item of list.children) clearTimeout(timers.get(item));
    },
    { once: true },
  );
  return list;
}
