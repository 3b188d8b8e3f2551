/** Names of keys: "mod+z" in the registry, "Ctrl+Z" or "⌘Z" for the eye, "Control+Z" for the ear. */

const isMac = () => /Mac|iPhone|iPad/.test(navigator.platform);

const NAMES: Readonly<Record<string, string>> = {
  escape: "Esc",
  home: "Home",
  end: "End",
  enter: "Enter",
  backspace: "Backspace",
  delete: "Del",
  " ": "Space",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  pageup: "Page Up",
  pagedown: "Page Down",
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

const parts = (key: string): [marks: string[], last: string] => {
  const found = key.match(/^((?:(?:mod|alt|shift)\+)*)(.+)$/) ?? ["", "", key];
  return [(found[1] as string).split("+").filter(Boolean), found[2] as string];
};

const shown = (last: string) => NAMES[last] ?? last.toUpperCase();

/** A key as it is read. */
export function keyText(key: string): string {
  const [marks, last] = parts(key);
  const names: Record<string, string> = isMac()
    ? { mod: "⌘", alt: "⌥", shift: "⇧" }
    : { mod: "Ctrl+", alt: "Alt+", shift: "Shift+" };
  return marks.map((mark) => names[mark]).join("") + shown(last);
}

/** Keys as `aria-keyshortcuts` has them. */
export function spokenKeys(keys: readonly string[]): string {
  const names: Record<string, string> = {
    mod: isMac() ? "Meta" : "Control",
    alt: "Alt",
    shift: "Shift",
  };
  return keys
    .map((key) => {
      const [marks, last] = parts(key);
      const name = last === " " ? "Space" : last.length === 1 ? last.toUpperCase() : whole(last);
      return [...marks.map((mark) => names[mark]), name].join("+");
    })
    .join(" ");
}

const WHOLE: Readonly<Record<string, string>> = {
  arrowleft: "ArrowLeft",
  arrowright: "ArrowRight",
  arrowup: "ArrowUp",
  arrowdown: "ArrowDown",
  pageup: "PageUp",
  pagedown: "PageDown",
};
const whole = (last: string) => WHOLE[last] ?? `${last[0]?.toUpperCase()}${last.slice(1)}`;
