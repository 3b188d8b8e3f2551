import { afterEach, beforeEach, expect, it } from "vitest";
import { h } from "../src/ui/dom";
import { guardFocus } from "../src/ui/focus";

let end: AbortController;
beforeEach(() => {
  end = new AbortController();
});
afterEach(() => {
  end.abort();
  document.body.replaceChildren();
});

function guarded() {
  const [first, second] = [h("button", {}, "one"), h("button", {}, "two")];
  const actions = h("div", {}, first, second);
  const section = h("section", { "aria-label": "Training" }, actions);
  const root = h("div", { class: "pv", tabindex: -1 }, section);
  document.body.append(root);
  guardFocus(root, end.signal);
  return { first, second, actions, section, root };
}
const settled = () => new Promise((done) => setTimeout(done));

it.each([
  ["hidden", (button: HTMLButtonElement) => button.toggleAttribute("hidden", true)],
  ["disabled", (button: HTMLButtonElement) => button.toggleAttribute("disabled", true)],
  ["taken away", (button: HTMLButtonElement) => button.remove()],
])("gives the focus of a control that is %s to what stands round it", async (_, change) => {
  const { first, section } = guarded();
  first.focus();
  change(first);
  await settled();
  expect(document.activeElement).toBe(section);
});

it("goes further out where the element around it is removed too", async () => {
  const { first, section, root } = guarded();
  first.focus();
  section.remove();
  await settled();
  expect(document.activeElement).toBe(root);
});

it("leaves the focus that went elsewhere alone", async () => {
  const { first, second, actions } = guarded();
  const outside = h("button", {}, "outside");
  document.body.append(outside);
  first.focus();
  second.focus();
  first.remove();
  await settled();
  expect(document.activeElement).toBe(second);
  outside.focus();
  actions.remove();
  await settled();
  expect(document.activeElement).toBe(outside);
});

it("watches no more when the panel is gone", async () => {
  const { first, section } = guarded();
  first.focus();
  end.abort();
  first.remove();
  await settled();
  expect(document.activeElement).not.toBe(section);
});
