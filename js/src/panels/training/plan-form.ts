/** The form of training parameters: the basic ones first, the others behind "more". */
import { type FormField, PLAN_FORM, type TrainingPlan } from "../../contract";
import { checkbox, h, select } from "../../ui/dom";
import { rounded } from "../../ui/format";
import { optionalNumber } from "../../ui/optional-number";

type Name = keyof TrainingPlan;
type Value = TrainingPlan[Name];

const BASIC = PLAN_FORM.filter((field) => field.is_basic);
const MORE = PLAN_FORM.filter((field) => !field.is_basic);

/** The form, in `el`. */
export interface PlanForm {
  el: HTMLElement;
  /** Show a plan, what the data make of what it leaves open, and what differs from the preset. */
  show(plan: TrainingPlan, completed: TrainingPlan, edited: readonly string[]): void;
  /** Whether it may be changed now. */
  set open(open: boolean);
}

/** Make the form; `change` is given the whole plan, one parameter changed. */
export function planForm(
  change: (plan: TrainingPlan) => void,
  options: { ended: AbortSignal },
): PlanForm {
  const { ended } = options;
  const shown = new Map<Name, (value: Value, edited: boolean, byData: Value) => void>();
  let plan: TrainingPlan | undefined;
  const set = (name: Name, value: Value) => {
    if (plan && plan[name] !== value) change({ ...plan, [name]: value });
  };

  function flag({ name, label, help: title }: FormField): HTMLElement {
    const testid = `plan-${name}`;
    const box = checkbox(label, (on) => set(name, on), { ended, title, testid });
    box.el.classList.add("pv-span");
    shown.set(name, (value, edited) => {
      box.input.checked = value === true;
      box.el.toggleAttribute("data-edited", edited);
    });
    return box.el;
  }

  function labelled(field: FormField, control: HTMLElement): HTMLLabelElement {
    return h("label", { class: "pv-pair", title: field.help }, h("span", {}, field.label), control);
  }

  function choice(field: FormField): HTMLElement {
    const { name, choices } = field;
    const testid = `plan-${name}`;
    const control = select(choices, (value) => set(name, value), { ended, testid });
    const el = labelled(field, control);
    shown.set(name, (value, edited) => {
      const known = choices.includes(String(value)) ? choices : [...choices, String(value)];
      control.setChoices(known);
      control.value = String(value);
      el.toggleAttribute("data-edited", edited);
    });
    return el;
  }

  function number(field: FormField): HTMLElement {
    const { name, kind, empty } = field;
    const options = {
      ended,
      min: field.min ?? undefined,
      max: field.max ?? undefined,
      whole: kind === "integer",
      none: empty || undefined,
      testid: `plan-${name}`,
    };
    const { input, show } = optionalNumber((value) => set(name, value), options);
    const el = labelled(field, input);
    shown.set(name, (value, edited, byData) => {
      show(value as number | null);
      const isKnown = empty === "by data" && byData !== null;
      input.placeholder = isKnown ? rounded(Number(byData)) : empty; // dim, for room in a narrow dock
      el.toggleAttribute("data-edited", edited);
    });
    return el;
  }

  const control = (field: FormField) =>
    field.kind === "flag" ? flag(field) : field.kind === "choice" ? choice(field) : number(field);
  const more = h(
    "details",
    { class: "pv-details pv-span" },
    h("summary", {}, "more"),
    h("div", { class: "pv-plan" }, ...MORE.map(control)),
  );
  const el = h(
    "fieldset",
    { class: "pv-plan", "aria-label": "Parameters" },
    ...BASIC.map(control),
    more,
  );

  return {
    el,
    show(next, completed, edited) {
      plan = next;
      for (const [name, write] of shown) {
        write(next[name], edited.includes(name), completed[name]);
      }
      const hidden = MORE.filter(({ name }) => edited.includes(name)).length;
      const summary = more.querySelector("summary");
      if (summary) summary.textContent = hidden ? `more (${hidden} edited)` : "more";
    },
    set open(open: boolean) {
      el.disabled = !open;
    },
  };
}
