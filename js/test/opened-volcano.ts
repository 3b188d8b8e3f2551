/** The volcano panel on a fake model, and a line drawn round some of its dots. */
import { expect } from "vitest";
import type { DifferentialState } from "../src/contract";
import { volcanoFrame } from "../src/draw/plots/volcano";
import panel from "../src/panels/volcano";
import { drawn, resize } from "./browser";
import { state } from "./comparison-state";
import { fakeModel } from "./fake-model";

/** Open the panel; what comes back finds, does and tells what a person would. */
export function opened(end: AbortController, from: DifferentialState = state()) {
  const fake = fakeModel(from as unknown as Record<string, unknown>);
  const el = document.createElement("div");
  document.body.replaceChildren(el);
  panel.render({ model: fake.model, el, signal: end.signal });
  const find = (id: string) =>
    el.querySelector<HTMLElement>(`[data-testid="${id}"]`) ?? expect.fail(`no ${id}`);
  const plot = find("volcano");
  resize(plot, 400, 300);
  const frame = volcanoFrame([-0.3104, 0.4226, 0.01], 400, 300);
  const click = (effect: number, prob: number) =>
    plot.dispatchEvent(
      new PointerEvent("click", { clientX: frame.x.at(effect), clientY: frame.y.at(prob) }),
    );
  return {
    ...fake,
    el,
    find,
    plot,
    click,
    text: (id: string) => find(id).textContent ?? "",
    isShown: (id: string) => !find(id).closest("[hidden]"),
    set: (changes: Partial<DifferentialState>) => {
      for (const [name, value] of Object.entries(changes)) fake.model.set(name, value);
    },
    /** Marks are rings: how many the last picture above the dots holds. */
    rings: () => {
      const from = drawn.findLastIndex(({ call }) => call === "setTransform");
      return drawn.slice(from).filter(({ call }) => call === "arc").length;
    },
  };
}

/** How much the last picture hides in the middle of each region's dot. */
export function middlesOf(effects: ArrayLike<number>, probs: ArrayLike<number>) {
  const put = drawn.findLast(({ call }) => call === "putImageData");
  const { data, width } = (put ?? expect.fail("nothing was drawn")).with[0] as ImageData;
  const frame = volcanoFrame(effects, 400, 300);
  return Array.from(effects, (effect, row) => {
    const x = Math.round(frame.x.at(effect));
    const y = Math.round(frame.y.at(probs[row] as number));
    return data[4 * (y * width + x) + 3] ?? 0;
  });
}

/** Draw a line around the dots with an effect between two. */
export function around({ plot }: ReturnType<typeof opened>, from: number, to: number, more = {}) {
  const { x, field } = volcanoFrame([-0.3104, 0.4226, 0.01], 400, 300);
  const surface = plot.querySelector<HTMLElement>(".pv-surface") ?? expect.fail("no surface");
  const [left, right] = [x.at(from), x.at(to)];
  const path: [number, number][] = [
    [left, field.top - 5],
    [right, field.top - 5],
    [right, field.bottom],
    [left, field.bottom],
  ];
  path.forEach(([clientX, clientY], i) => {
    const type = i ? "pointermove" : "pointerdown";
    const init = { clientX, clientY, pointerId: 1, button: i ? -1 : 0, bubbles: true, ...more };
    surface.dispatchEvent(new PointerEvent(type, init));
  });
  const end = { pointerId: 1, button: 0, bubbles: true, ...more };
  surface.dispatchEvent(new PointerEvent("pointerup", { ...end, clientX: left, clientY: 290 }));
  surface.dispatchEvent(new PointerEvent("click", { ...end, clientX: x.at(0.4226) }));
  return surface;
}
/** Press keys on an element. */
export const press = (on: HTMLElement, ...keys: string[]) => {
  for (const key of keys) {
    on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  }
};
