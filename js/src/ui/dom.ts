/** Small builders: an element in one expression, and the few controls that every panel uses. */

/** What an element may carry; `false`, `null` and `undefined` leave the attribute out. */
export type Attributes = Record<string, string | number | boolean | null | undefined>;
type Child = Node | string;

/** Marks a field that asks nothing of Python: it works without a kernel too. */
export const READ_ONLY_CONTROL = { "data-looks": true } as const;

function decorated<E extends Element>(element: E, attributes: Attributes, children: Child[]): E {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

/** Make an element with attributes and children in one expression. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  return decorated(document.createElement(tag), attributes, children);
}

/** Write a text where it is another one: what is read aloud is not read again. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Make an SVG element in the same way. */
export function s<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): SVGElementTagNameMap[K] {
  return decorated(
    document.createElementNS("http://www.w3.org/2000/svg", tag),
    attributes,
    children,
  );
}

/** What every control is given: who it is in tests, and when it goes away. */
export interface Control {
  /** Aborted when the panel goes away. */
  ended: AbortSignal;
  /** `data-testid`. */
  testid?: string;
  /** Longer help, shown on hover. */
  title?: string;
  /** Whether a button asks Python for something: disabled while there is no kernel. */
  asks?: boolean;
}

/** Make a button; `press` runs on a click, Enter or Space. */
export function button(
  label: string,
  press: () => void,
  options: Control & {
    kind?: "plain" | "primary" | "danger" | "ghost" | "group1" | "group2";
    /** A sign shown before the label, or instead of it when only screen readers get `label`. */
    icon?: string;
    iconOnly?: boolean;
  },
): HTMLButtonElement {
  const { ended, testid, title, asks, kind = "plain", icon, iconOnly = false } = options;
  const element = h("button", {
    type: "button",
    "data-asks": asks,
    class: kind === "plain" ? "pv-button" : `pv-button pv-${kind}`,
    title: title ?? (iconOnly ? label : undefined),
    "aria-label": iconOnly && label,
    "data-testid": testid,
  });
  if (icon) element.append(h("span", { class: "pv-icon", "aria-hidden": "true" }, icon));
  if (!iconOnly) element.append(label);
  element.addEventListener("click", press, { signal: ended });
  return element;
}

/** One entry of a select or a segmented control. */
export type Choice<T extends string = string> =
  | T
  | { value: T; label: string; title?: string; disabled?: boolean };

const valueIn = <T extends string>(choice: Choice<T>): T =>
  typeof choice === "string" ? choice : choice.value;
const labelIn = (choice: Choice): string => (typeof choice === "string" ? choice : choice.label);

/** A select whose entries may be replaced while it keeps its value. */
export type SelectElement = HTMLSelectElement & { setChoices(choices: readonly Choice[]): void };

/** Make a select; `label` is for screen readers, unless the select is in a labelled row. */
export function select(
  choices: readonly Choice[],
  change: (value: string) => void,
  options: Control & { label?: string },
): SelectElement {
  const { ended, testid, title, label } = options;
  const element = h("select", {
    class: "pv-select",
    title,
    "aria-label": label,
    "data-testid": testid,
  });
  element.addEventListener("change", () => change(element.value), { signal: ended });
  const setChoices = (entries: readonly Choice[]) => {
    const kept = element.value;
    element.replaceChildren(
      ...entries.map((entry) => {
        const disabled = typeof entry !== "string" && entry.disabled;
        return h("option", { value: valueIn(entry), disabled }, labelIn(entry));
      }),
    );
    if (entries.some((entry) => valueIn(entry) === kept)) element.value = kept;
  };
  setChoices(choices);
  return Object.assign(element, { setChoices });
}

/** A number field; `input` is the field, `value` may be set from outside without a change event. */
export interface NumberField {
  el: HTMLElement;
  input: HTMLInputElement;
  get value(): number;
  set value(value: number);
}

/** Make a number field with its unit behind it; a value out of bounds is marked and not reported. */
export function numberField(
  change: (value: number) => void,
  options: Control & {
    label?: string;
    unit?: string;
    min?: number;
    max?: number;
    step?: number | "any";
    value?: number;
  },
): NumberField {
  const { ended, testid, title, label, unit, min, max, step = "any", value } = options;
  const input = h("input", {
    type: "number",
    class: "pv-field",
    title,
    "aria-label": label,
    "data-testid": testid,
    min,
    max,
    step,
    value,
  });
  const report = () => {
    const fits = input.value !== "" && input.checkValidity();
    input.setAttribute("aria-invalid", String(!fits));
    if (fits) change(input.valueAsNumber);
  };
  input.addEventListener("change", report, { signal: ended });
  const el = h("span", { class: "pv-number" }, input);
  if (unit) el.append(h("span", { class: "pv-unit" }, unit));
  return {
    el,
    input,
    get value() {
      return input.valueAsNumber;
    },
    set value(next: number) {
      const text = String(next);
      if (input.value !== text) input.value = text;
      input.removeAttribute("aria-invalid");
    },
  };
}

/** Make a range; `change` runs while it is dragged. */
export function range(
  change: (value: number) => void,
  options: Control & { label?: string; min: number; max: number; step: number; value?: number },
): HTMLInputElement {
  const { ended, testid, title, label, min, max, step, value } = options;
  const element = h("input", {
    type: "range",
    class: "pv-range",
    title,
    "aria-label": label,
    "data-testid": testid,
    min,
    max,
    step,
    value,
  });
  element.addEventListener("input", () => change(element.valueAsNumber), { signal: ended });
  return element;
}

/** Make a check box with its label behind it. */
export function checkbox(
  label: string,
  change: (checked: boolean) => void,
  options: Control,
): { el: HTMLLabelElement; input: HTMLInputElement } {
  const input = h("input", { type: "checkbox", "data-testid": options.testid });
  input.addEventListener("change", () => change(input.checked), { signal: options.ended });
  return { el: h("label", { class: "pv-check", title: options.title }, input, label), input };
}

/** Put a label before a control; a click on the label reaches it. */
export function row(label: string, control: HTMLElement, title?: string): HTMLLabelElement {
  return h("label", { class: "pv-row", title }, h("span", {}, label), control);
}

/** A titled part of a panel; `aside` is at the right of its title. */
export function section(title: string, aside: Child = "", ...children: Child[]): HTMLElement {
  return h(
    "section",
    { class: "pv-section", "aria-label": title },
    h("h3", { class: "pv-title" }, title, h("span", { class: "pv-dim" }, aside)),
    ...children,
  );
}

/** A row of buttons of which one is pressed. */
export interface Segmented<T extends string> {
  el: HTMLElement;
  get value(): T;
  set value(value: T);
}

/** Make a segmented control: a radio group that arrows, Home and End move through. */
export function segmented<T extends string>(
  choices: readonly Choice<T>[],
  change: (value: T) => void,
  options: Control & { label: string; value: T },
): Segmented<T> {
  const { ended, testid, title, label } = options;
  let current = options.value;
  const segments = choices.map((choice) =>
    h(
      "button",
      {
        type: "button",
        role: "radio",
        class: "pv-segment",
        "data-value": valueIn(choice),
        "data-testid": testid && `${testid}-${valueIn(choice)}`,
        title: typeof choice === "string" ? undefined : choice.title,
      },
      labelIn(choice),
    ),
  );
  const el = h(
    "div",
    {
      class: "pv-segmented",
      role: "radiogroup",
      "aria-label": label,
      title,
      "data-testid": testid,
    },
    ...segments,
  );
  const show = () => {
    for (const segment of segments) {
      const on = segment.dataset.value === current;
      segment.setAttribute("aria-checked", String(on));
      segment.tabIndex = on ? 0 : -1;
    }
  };
  const choose = (index: number) => {
    const choice = choices[(index + choices.length) % choices.length];
    if (choice === undefined) return;
    const next = valueIn(choice);
    if (next === current) return;
    current = next;
    show();
    change(next);
  };
  segments.forEach((segment, index) => {
    segment.addEventListener("click", () => choose(index), { signal: ended });
  });
  el.addEventListener(
    "keydown",
    (event) => {
      const at = choices.findIndex((choice) => valueIn(choice) === current);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1 };
      const ends = { Home: 0, End: choices.length - 1 };
      const index = ({ ...to, ...ends } as Record<string, number>)[event.key];
      if (index === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      choose(index);
      segments[(index + segments.length) % segments.length]?.focus();
    },
    { signal: ended },
  );
  show();
  return {
    el,
    get value() {
      return current;
    },
    set value(value: T) {
      current = value;
      show();
    },
  };
}
