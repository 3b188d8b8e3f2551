import { afterEach, describe, expect, it, vi } from "vitest";
import { button, h, numberField, row, segmented, select } from "../src/ui/dom";

const end = new AbortController();
const ended = end.signal;
afterEach(() => document.body.replaceChildren());

const change = (element: HTMLInputElement | HTMLSelectElement, value: string) => {
  element.value = value;
  element.dispatchEvent(new Event("change", { bubbles: true }));
};

it("leaves out an attribute that is not there", () => {
  const element = h(
    "button",
    { disabled: false, title: undefined, hidden: true, tabindex: 0 },
    "x",
  );
  expect(element.outerHTML).toBe('<button hidden="" tabindex="0">x</button>');
});

describe("button", () => {
  it("is named by its label even when only its sign is seen", () => {
    const element = button("Undo", () => {}, { ended, icon: "↶", iconOnly: true, testid: "undo" });
    expect(element.textContent).toBe("↶");
    expect(element.getAttribute("aria-label")).toBe("Undo");
    expect(element.title).toBe("Undo");
    expect(element.dataset.testid).toBe("undo");
  });

  it("lets go when its panel ends", () => {
    const gone = new AbortController();
    const press = vi.fn();
    const element = button("Train", press, { ended: gone.signal });
    element.click();
    gone.abort();
    element.click();
    expect(press).toHaveBeenCalledTimes(1);
  });
});

it("a select keeps its value when its entries are replaced", () => {
  const changes: string[] = [];
  const element = select(["leiden", "batch"], (value) => changes.push(value), { ended });
  change(element, "batch");
  element.setChoices([{ value: "cell_type", label: "cell type" }, "batch"]);
  expect(element.value).toBe("batch");
  element.setChoices(["only"]);
  expect(element.value).toBe("only");
  expect(changes).toEqual(["batch"]);
});

describe("number field", () => {
  const field = (changes: number[]) =>
    numberField((value) => changes.push(value), {
      ended,
      unit: "epochs",
      min: 1,
      max: 10,
      step: 1,
    });

  it("tells a value within its bounds, marks one beyond them", () => {
    const changes: number[] = [];
    const { input, el } = field(changes);
    change(input, "7");
    change(input, "11");
    expect(changes).toEqual([7]);
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(el.textContent).toBe("epochs");
  });

  it("is set from outside without a callback", () => {
    const changes: number[] = [];
    const control = field(changes);
    control.value = 3;
    expect(control.input.value).toBe("3");
    expect(changes).toEqual([]);
  });
});

it("a row's label names its control", () => {
  const { input } = numberField(() => {}, { ended });
  document.body.append(row("opacity", input));
  expect(input.labels?.[0]?.textContent).toBe("opacity");
});

describe("segmented control", () => {
  const made = () => {
    const changes: string[] = [];
    const control = segmented(["pan", "lasso", "rectangle"], (value) => changes.push(value), {
      ended,
      label: "tool",
      value: "pan",
      testid: "tool",
    });
    document.body.append(control.el);
    const at = (value: string) =>
      control.el.querySelector<HTMLElement>(`[data-testid=tool-${value}]`) as HTMLElement;
    return { control, changes, at };
  };

  it("tells a click once and checks one segment", () => {
    const { control, changes, at } = made();
    at("lasso").click();
    at("lasso").click();
    expect(changes).toEqual(["lasso"]);
    expect(control.value).toBe("lasso");
    expect(control.el.querySelectorAll('[aria-checked="true"]').length).toBe(1);
    expect(at("pan").tabIndex).toBe(-1);
  });

  it.each([
    ["ArrowRight", "lasso"],
    ["ArrowLeft", "rectangle"],
    ["End", "rectangle"],
  ])("%s moves to %s, focus and all", (key, value) => {
    const { control, changes, at } = made();
    at("pan").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    expect(control.value).toBe(value);
    expect(changes).toEqual([value]);
    expect(document.activeElement).toBe(at(value));
  });
});
