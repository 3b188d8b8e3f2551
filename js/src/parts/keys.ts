/** Keys that work while a panel has the focus and no text is being typed. */

/** What each key does; "mod+z" is Ctrl+Z or Cmd+Z. Return false to leave the key to others. */
export type Keymap = Readonly<Record<string, () => boolean>>;

/** Listen in a panel; a key that was used goes no further. */
export function listenToKeys(home: HTMLElement, keymap: Keymap, ended: AbortSignal): void {
  const press = (event: KeyboardEvent) => {
    if (isTyping(event.target)) return;
    const run = keymap[nameOf(event)];
    if (!run?.()) return;
    event.preventDefault();
    event.stopPropagation();
  };
  home.addEventListener("keydown", press, { signal: ended });
}

const NO_TEXT = ["checkbox", "radio", "range", "button"];

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !NO_TEXT.includes(target.type);
  return target.isContentEditable || target.matches("textarea, select");
}

function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): string {
  const marks = [(ctrlKey || metaKey) && "mod+", altKey && "alt+", shiftKey && "shift+"];
  return marks.filter(Boolean).join("") + key.toLowerCase();
}
