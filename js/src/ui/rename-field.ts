/** A name that is typed where it stands. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { Notice } from "../contract";
import type { PanelLifetime } from "../panel";
import { h } from "./dom";

/** Which name, and what becomes of it. */
export interface Renaming {
  text: string;
  /** What was typed and refused: the field begins with it. */
  refused?: string | undefined;
  ended: AbortSignal;
  testid: string;
  /** Takes the new name; empty where it stays as it is. */
  end(text: string): void;
}

/** Put a field in the place of a name: Enter, or leaving the field, ends it; Escape forgets it. */
export function renameField(
  name: HTMLElement,
  { text, refused, ended, testid, end }: Renaming,
): HTMLInputElement {
  const input = h("input", {
    class: "pv-field pv-rename",
    type: "text",
    value: refused ?? text,
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
  const leave = () => close(input.value.trim() !== refused); // the same is not asked for again
  input.addEventListener("blur", leave, { signal: ended });
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

/** A new name that Python may refuse. */
export interface AskedName {
  ask(name: string, typed: string): void;
  /** There are other names: none is awaited any more. */
  settle(): void;
}

/** Run `again` with the name and what was typed when Python refuses it. */
export function askedName(
  notice: ReadonlySignal<Notice>,
  again: (name: string, typed: string) => void,
  { watch }: Pick<PanelLifetime, "watch">,
): AskedName {
  let asked: [name: string, typed: string] | undefined;
  let seen = notice.peek().number;
  watch(() => {
    const { number, level } = notice.value;
    if (number === seen) return;
    seen = number;
    if (level !== "error" || !asked) return;
    const now = asked;
    asked = undefined;
    again(...now);
  });
  return {
    ask(name, typed) {
      asked = [name, typed];
    },
    settle() {
      asked = undefined;
    },
  };
}
