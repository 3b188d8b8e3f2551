/** Names of keys: "mod+z" in the registry, "Ctrl+Z" or "⌘Z" for the eye, "Control+Z" for the ear. */

const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform);

const SIGNS: Readonly<Record<string, string>> = {
  escape: "Esc",
  delete: "Del",
  " ": "Space",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
};

/**
 * The name of the key that was pressed. Shift is part of it for letters and named keys only: which
 * signs and digits are typed with it depends on the keyboard.
 */
export function nameOf({ key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent): string {
  const small = key.toLowerCase();
  const isSign = [...small].length === 1 && small === key.toUpperCase();
  const marks = [(ctrlKey || metaKey) && "mod+", altKey && "alt+", shiftKey && !isSign && "shift+"];
  return marks.filter(Boolean).join("") + small;
}

/** Put a key together again, its marks and its last part each by a name. */
function named(key: string, marks: Readonly<Record<string, string>>, last: (of: string) => string) {
  const held = key.match(/^((mod|alt|shift)\+)*/)?.[0] ?? "";
  const before = held.split("+").map((mark) => marks[mark] ?? "");
  return before.join("") + last(key.slice(held.length));
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** A key as it is read. */
export function keyText(key: string): string {
  const marks = isMac()
    ? { mod: "⌘", alt: "⌥", shift: "⇧" }
    : { mod: "Ctrl+", alt: "Alt+", shift: "Shift+" };
  return named(key, marks, (last) => SIGNS[last] ?? capital(last));
}

/** Keys as `aria-keyshortcuts` has them. */
export function spokenKeys(keys: readonly string[]): string {
  const marks = { mod: isMac() ? "Meta+" : "Control+", alt: "Alt+", shift: "Shift+" };
  const whole = (last: string) =>
    ({ " ": "Space", "+": "Plus" })[last] ?? capital(last.replace(/(?<=^arrow|^page)./, capital));
  return keys.map((key) => named(key, marks, whole)).join(" ");
}
