/** A number field that may be empty where emptiness means something. */
import { h } from "./dom";

/** How the field is made. */
export interface OptionalNumberOptions {
  ended: AbortSignal;
  min?: number | undefined;
  max?: number | undefined;
  whole?: boolean | undefined;
  /** What an empty field means; without it a field may not be empty. */
  none?: string | undefined;
  /** For screen readers, where no label is beside it. */
  label?: string | undefined;
  title?: string | undefined;
  testid?: string | undefined;
}

/** A field, and what it shows. */
export interface OptionalNumber {
  input: HTMLInputElement;
  show(value: number | null): void;
}

/** Make the field; a value that does not fit is marked and not reported. */
export function optionalNumber(
  change: (value: number | null) => void,
  { ended, min, max, whole, none, label, title, testid }: OptionalNumberOptions,
): OptionalNumber {
  const input = h("input", {
    type: "number",
    class: "pv-field",
    min,
    max,
    step: whole ? 1 : "any",
    placeholder: none,
    title,
    "aria-label": label,
    "data-testid": testid,
  });
  const tell = () => {
    const isEmpty = input.value === "" && !input.validity.badInput;
    const fits = isEmpty ? none !== undefined : input.checkValidity();
    input.setAttribute("aria-invalid", String(!fits));
    if (fits) change(isEmpty ? null : input.valueAsNumber);
  };
  // outside a form a change event comes only when the field is left
  const enter = ({ key }: KeyboardEvent) => key === "Enter" && tell();
  input.addEventListener("change", tell, { signal: ended });
  input.addEventListener("keydown", enter, { signal: ended });

  let shown: string | undefined;
  return {
    input,
    show(value) {
      const text = value === null ? "" : String(value);
      const isTypedIn = (input.getRootNode() as Document | ShadowRoot).activeElement === input;
      if (isTypedIn && text === shown) return; // news of something else: let the person type on
      shown = text;
      if (input.value !== text) input.value = text;
      input.removeAttribute("aria-invalid");
    },
  };
}
