/** Text onto the clipboard. */
import { h } from "./dom";

/** Copy a text; `near` is an element of the page that a helper element may be put beside. False if not allowed. */
export async function copyText(text: string, near: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // no permission, or no https: the older way needs none
    const back = (near.getRootNode() as Document | ShadowRoot).activeElement;
    const field = h("textarea", { class: "pv-sr", readonly: true, tabindex: -1 });
    field.value = text;
    near.append(field);
    field.select();
    const done = near.ownerDocument.execCommand?.("copy") ?? false;
    field.remove();
    if (back instanceof HTMLElement) back.focus({ preventScroll: true });
    return done;
  }
}
