/** A script of Python as colored text, and onto the clipboard. */
import { h } from "./dom";

const TOKEN =
  /(?<comment>#.*)|(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\b(?<word>import|from|as|True|False|None)\b/g;

/** Text and colored words, in order; together they are the script. */
export function colored(script: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const match of script.matchAll(TOKEN)) {
    const [kind] = Object.entries(match.groups ?? {}).find(([, text]) => text) ?? ["word"];
    parts.push(script.slice(at, match.index), h("span", { class: `pv-py-${kind}` }, match[0]));
    at = match.index + match[0].length;
  }
  return [...parts, script.slice(at)];
}

/** Copy what an element shows; where that is not allowed it stays selected, and `false` comes back. */
export async function copy(from: HTMLElement): Promise<boolean> {
  const text = from.textContent ?? "";
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // no permission, or no https: the older way needs none
    const selection = from.ownerDocument.getSelection();
    if (!selection) return false;
    selection.selectAllChildren(from);
    const done = from.ownerDocument.execCommand?.("copy") ?? false;
    if (done) selection.removeAllRanges();
    return done;
  }
}
