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
  const told: string[] = [];
  const element = select(["leiden", "batch"], (value) => told.push(value), { ended });
  change(element, "batch");
  element.setChoices([{ value: "cell_type", label: "cell type" }, "batch"]);
  expect(element.value).toBe("batch");
  element.setChoices(["only"]);
  expect(element.value).toBe("only");
  expect(told).toEqual(["batch"]);
});

describe("number field", () => {
  const field = (told: number[]) =>
    numberField((value) => told.push(value), { ended, unit: "epochs", min: 1, max: 10, step: 1 });

  it("tells a value within its bounds, marks one beyond them", () => {
    const told: number[] = [];
    const { input, el } = field(told);
    change(input, "7");
    change(input, "11");
    expect(told).toEqual([7]);
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(el.textContent).toBe("epochs");
  });

  it("is set from outside without telling", () => {
    const told: number[] = [];
    const control = field(told);
    control.value = 3;
    expect(control.input.value).toBe("3");
    expect(told).toEqual([]);
  });
});

it("a row's label names its control", () => {
  const { input } = numberField(() => {}, { ended });
  document.body.append(row("opacity", input));
  expect(input.labels?.[0]?.textContent).toBe("opacity");
});

describe("segmented control", () => {
  const made = () => {
    const told: string[] = [];
    const control = segmented(["pan", "lasso", "rectangle"], (value) => told.push(value), {
      ended,
      label: "tool",
      value: "pan",
      testid: "tool",
    });
    document.body.append(control.el);
    const at = (value: string) =>
      control.el.querySelector<HTMLElement>(`[data-testid=tool-${value}]`) as HTMLElement;
    return { control, told, at };
  };

  it("tells a click once and checks one segment", () => {
    const { control, told, at } = made();
    at("lasso").click();
    at("lasso").click();
    expect(told).toEqual(["lasso"]);
    expect(control.value).toBe("lasso");
    expect(control.el.querySelectorAll('[aria-checked="true"]').length).toBe(1);
    expect(at("pan").tabIndex).toBe(-1);
  });

  it.each([
    ["ArrowRight", "lasso"],
    ["ArrowLeft", "rectangle"],
    ["End", "rectangle"],
  ])("%s moves to %s, focus and all", (key, value) => {
    const { control, told, at } = made();
    at("pan").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
    expect(control.value).toBe(value);
    expect(told).toEqual([value]);
    expect(document.activeElement).toBe(at(value));
  });
});
