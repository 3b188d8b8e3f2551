/** A name that is typed where it stands. */
import { h } from "./dom";

/** Which name, and what becomes of it. */
export interface Renaming {
  text: string;
  ended: AbortSignal;
  testid: string;
  /** Takes the new name; empty where it stays as it is. */
  end(text: string): void;
}

/** Put a field in the place of a name: Enter, or leaving the field, ends it; Escape forgets it. */
export function renameField(
  name: HTMLElement,
  { text, ended, testid, end }: Renaming,
): HTMLInputElement {
  const input = h("input", {
    class: "pv-field pv-rename",
    type: "text",
    value: text,
    "aria-label": `New name of ${text}`,
    "data-testid": testid,
  });
  let isOpen = true;
  const close = (keep: boolean) => {
    if (!isOpen) return;
    isOpen = false;
    const typed = input.value.trim();
    end(keep && typed !== text ? typed : "");
  };
  input.addEventListener("blur", () => close(true), { signal: ended });
  input.addEventListener(
    "keydown",
    (event) => {
      event.stopPropagation();
      if (event.key === "Enter" || event.key === "Escape") close(event.key === "Enter");
    },
    { signal: ended },
  );
  name.replaceWith(input);
  input.focus();
  input.select();
  return input;
}
