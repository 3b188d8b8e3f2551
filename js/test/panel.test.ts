import { expect, it } from "vitest";
import { definePanel } from "../src/panel";
import { fakeModel } from "./fake-model";

interface State {
  epoch: number;
  delta: number;
}
type Intent = { intent: "train" };

function opened(draw: Parameters<typeof definePanel<State, Intent>>[0]) {
  const fake = fakeModel({ epoch: 1, delta: 0.05 });
  const el = document.createElement("div");
  const end = new AbortController();
  definePanel<State, Intent>(draw).render({ model: fake.model, el, signal: end.signal });
  return { ...fake, el, end };
}

it("draws again whenever a trait it read changes", () => {
  const seen: number[] = [];
  const { model } = opened(({ wire, watch }) => {
    const epoch = wire.read("epoch");
    watch(() => seen.push(epoch.value));
  });
  model.set("epoch", 2);
  model.set("delta", 0.1);
  expect(seen).toEqual([1, 2]);
});

it("listens to a trait once, however often it is read", () => {
  const { listening } = opened(({ wire }) => {
    expect(wire.read("epoch")).toBe(wire.read("epoch"));
  });
  expect(listening()).toBe(1);
});

it("writes one trait and saves it, asks by a message", () => {
  const { model, sent, saved } = opened(({ wire }) => {
    wire.write("delta", 0.2);
    wire.ask({ intent: "train" });
  });
  expect(model.get("delta")).toBe(0.2);
  expect(saved).toEqual(["delta"]);
  expect(sent).toEqual([{ intent: "train" }]);
});

it("sends and receives nothing once it has ended", () => {
  const seen: number[] = [];
  const { model, listening, end } = opened(({ wire, watch }) => {
    const epoch = wire.read("epoch");
    watch(() => seen.push(epoch.value));
  });
  end.abort();
  model.set("epoch", 2);
  expect(listening()).toBe(0);
  expect(seen).toEqual([1]);
});

it("keeps the notebook's hotkeys off whatever in it has the focus", () => {
  const { el } = opened(({ el }) => el.append(document.createElement("button")));
  document.body.append(el);
  el.querySelector("button")?.focus();
  expect(document.activeElement?.hasAttribute("data-lm-suppress-shortcuts")).toBe(true);
  el.remove();
});

it("styles only below its own root and keeps the notebook's hotkeys off", () => {
  const { el } = opened(() => {});
  expect(el.classList.contains("pv")).toBe(true);
  expect(el.dataset.lmSuppressShortcuts).toBe("true");
});

it("asks for the style only where nothing around it has one", async () => {
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const shown = async (css: string, around = "") => {
    const fake = fakeModel({ epoch: 1, delta: 0, _css: css });
    const home = document.createElement("div");
    home.style.cssText = around;
    const el = document.createElement("div");
    home.append(el);
    document.body.append(home);
    const { signal } = new AbortController();
    definePanel<State, Intent>(() => {}).render({ model: fake.model, el, signal });
    await frame();
    return fake.sent;
  };
  expect(await shown("")).toEqual([{ intent: "style" }]);
  expect(await shown(".pv {}")).toEqual([]);
  expect(await shown("", "--pv-canvas: #fff")).toEqual([]);
});
