import { afterEach, describe, expect, it } from "vitest";
import type { TrainingPlan } from "../src/contract";
import { opened, PLAN } from "./opened-training";

afterEach(() => document.body.replaceChildren());

describe("parameters", () => {
  it("write the whole plan back, one value changed", () => {
    const { type, model, saved } = opened();
    type("plan-max_epochs", "30");
    expect(model.get("plan")).toEqual({ ...PLAN, max_epochs: 30 });
    type("plan-seed", "7");
    expect(model.get("plan")).toEqual({ ...PLAN, max_epochs: 30, seed: 7 });
    expect(saved).toEqual(["plan", "plan"]);
  });

  it("take an empty field for None where that means something, and refuse it elsewhere", () => {
    const { type, model, at } = opened({ plan: { ...PLAN, seed: 7 } });
    type("plan-seed", "");
    expect((model.get("plan") as TrainingPlan).seed).toBeNull();
    type("plan-lr", "");
    expect((model.get("plan") as TrainingPlan).lr).toBeNull();
    type("plan-batch_size", "");
    expect((model.get("plan") as TrainingPlan).batch_size).toBeNull();
    const { weight_decay } = model.get("plan") as TrainingPlan;
    type("plan-weight_decay", "");
    expect((model.get("plan") as TrainingPlan).weight_decay).toBe(weight_decay);
    expect(at("plan-weight_decay").getAttribute("aria-invalid")).toBe("true");
  });

  it("show what the data make of a field that is left empty", () => {
    const plan = { ...PLAN, max_epochs: null, batch_size: null, lr: null };
    const { at, model } = opened({ plan, completed_plan: { ...plan, max_epochs: 2 } });
    const hint = (name: string) => at<HTMLInputElement>(`plan-${name}`).placeholder;
    expect(["max_epochs", "batch_size", "lr", "seed"].map(hint)).toEqual([
      "2",
      "by data",
      "by data",
      "model's",
    ]);
    model.set("completed_plan", { ...plan, max_epochs: 15, batch_size: 33 });
    expect([hint("max_epochs"), hint("batch_size")]).toEqual(["15", "33"]);
    expect(at("parameters").textContent).toContain("quick: 15 epochs");
    const computed = { encoder_rate: 0.031080000000000003, lr: 0.004372108111 };
    model.set("plan", { ...plan, encoder_rate: null });
    model.set("completed_plan", { ...plan, max_epochs: 15, ...computed });
    expect([hint("encoder_rate"), hint("lr")]).toEqual(["0.0311", "0.00437"]);
    expect(at("parameters").textContent).toContain("quick: 15 epochs, lr 0.00437");
  });

  it("let a person type on while other news arrives", () => {
    const { at, model } = opened();
    const seed = at<HTMLInputElement>("plan-seed");
    seed.focus();
    seed.value = "7";
    model.set("edited", ["max_epochs"]);
    model.set("plan", { ...PLAN, max_epochs: 40 });
    expect(seed.value).toBe("7");
    expect(at<HTMLInputElement>("plan-max_epochs").value).toBe("40");
    model.set("plan", { ...PLAN, seed: 3 });
    expect(seed.value).toBe("3");
  });

  it("are taken by Enter too", () => {
    const { at, model } = opened();
    at<HTMLInputElement>("plan-seed").value = "7";
    at("plan-seed").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect((model.get("plan") as TrainingPlan).seed).toBe(7);
  });

  it("do not send what is out of bounds", () => {
    const { type, saved, at } = opened();
    type("plan-batch_size", "0");
    expect(saved).toEqual([]);
    expect(at("plan-batch_size").getAttribute("aria-invalid")).toBe("true");
  });

  it("come back when Python refuses them", () => {
    const { type, model, at } = opened();
    type("plan-lr", "0");
    model.set("plan", { ...PLAN });
    expect(at<HTMLInputElement>("plan-lr").value).toBe("0.002");
  });

  it("cover every field of the plan but those for code alone", () => {
    const { el } = opened();
    const offered = [...el.querySelectorAll<HTMLElement>("[data-testid^=plan-]")].map((field) =>
      field.dataset.testid?.replace("plan-", ""),
    );
    const ofCode = ["max_steps", "devices"];
    const kept = Object.keys(PLAN).filter((name) => !ofCode.includes(name));
    expect(offered.sort()).toEqual(kept.sort());
  });

  it("come as presets, with their text, and say when they were edited", () => {
    const { type, sent, el, model, at } = opened();
    expect(el.textContent).toContain("a first look in under a minute");
    expect(el.querySelector("summary")?.textContent).toBe("quick: 12 epochs, lr 0.002");
    expect(at("reset-preset").hidden).toBe(true);
    type("preset", "standard");
    expect(sent).toEqual([{ intent: "choose_preset", name: "standard" }]);
    model.set("edited", ["lr"]);
    expect(el.querySelector("summary")?.textContent).toContain("edited");
    at("reset-preset").click();
    expect(sent.at(-1)).toEqual({ intent: "choose_preset", name: "quick" });
  });

  it("step aside and are fixed while a training runs", () => {
    const { model, at, el } = opened();
    const details = at<HTMLDetailsElement & HTMLButtonElement>("parameters");
    expect(details.open).toBe(true);
    model.set("training", "running");
    expect(details.open).toBe(false);
    expect(el.querySelector("fieldset")?.disabled).toBe(true);
    model.set("training", "trained");
    expect(el.querySelector("fieldset")?.disabled).toBe(false);
  });
});
