/** The picture and table that represent a viewer in a saved notebook: hidden while the viewer is shown. */
import { h } from "../ui/dom";

/** Hide the outputs of this name for as long as the viewer lives; they are all over the page. */
export function hideSavedOutput(name: string, page: Document, ended: AbortSignal): void {
  if (!/^[\w-]+$/.test(name)) return;
  const hidden = "{ display: none !important }";
  // two rules: a browser without :has() drops a whole list
  const style = h("style", {}, `.${name} ${hidden}\n.jp-OutputArea-child:has(.${name}) ${hidden}`);
  page.head.append(style);
  ended.addEventListener("abort", () => style.remove(), { once: true });
}
