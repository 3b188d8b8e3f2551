import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EpochMetrics, Step } from "../src/contract";
import { opened, PLAN } from "./opened-training";

const epoch = (
  n: number,
  train: number,
  validation: number | null,
  is_best = true,
): EpochMetrics => ({
  epoch: n,
  kl_weight: 0,
  train_loss: 0,
  elbo_train: 0,
  reconstruction_loss_train: train,
  kl_local_train: 0,
  validation_loss: null,
  elbo_validation: null,
  reconstruction_loss_validation: validation,
  kl_local_validation: null,
  learning_rate: 0.002,
  seconds: 2,
  is_best,
});
const step = (of: Partial<Step> = {}): Step => ({
  epoch: 1,
  step: 10,
  n_steps: 40,
  phase: "train",
  seconds_per_step: 0.05,
  ...of,
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

it("asks nothing and writes nothing by being shown", () => {
  const { sent, saved } = opened();
  vi.advanceTimersByTime(10_000);
  expect([sent, saved]).toEqual([[], []]);
});

it("offers only to train at first, and says what is missing", () => {
  const { seen, at, said, model } = opened({ n_cells: 0 });
  expect(seen()).toEqual(["Train"]);
  expect(at("train").disabled).toBe(true);
  expect(said()).toBe("Open data first.");
  model.set("n_cells", 9440);
  expect(at("train").disabled).toBe(false);
  expect(said()).toBe("");
});

it("trains, pauses, resumes and stops by the button", () => {
  const { sent, at, seen, model } = opened();
  at("train").click();
  expect(at("train").textContent).toBe("Starting…");
  expect(at("train").disabled).toBe(true);
  model.set("training", "running");
  expect(seen()).toEqual(["■Stop", "Pause"]);
  at("pause").click();
  model.set("training", "paused");
  expect(seen()).toEqual(["■Stop", "Resume"]);
  at("pause").click();
  model.set("training", "running");
  at("stop").click();
  expect(sent).toEqual([
    { intent: "train", restart: false },
    { intent: "pause" },
    { intent: "resume" },
    { intent: "stop" },
  ]);
});

describe("after a click on Stop", () => {
  const stopped = () => {
    const made = opened({ training: "running", step: step() });
    made.at("stop").click();
    return made;
  };

  it("says so at once, before Python knows", () => {
    const { at, said } = stopped();
    expect(at("stop").textContent).toBe("■Stopping…");
    expect(at("stop").disabled).toBe(true);
    vi.advanceTimersByTime(1900);
    expect(said()).toBe("");
  });

  it("explains a kernel that is busy for more than two seconds", () => {
    const { said, model } = stopped();
    vi.advanceTimersByTime(2100);
    expect(said()).toBe("The kernel is busy with a cell; training stops when it ends.");
    model.set("training", "stopping");
    expect(said()).toBe("");
  });

  it("does not blame the kernel when Python has acknowledged", () => {
    const { said, model, at } = stopped();
    vi.advanceTimersByTime(1000);
    model.set("training", "stopping");
    vi.advanceTimersByTime(60_000);
    expect(said()).toBe("");
    expect(at("stop").textContent).toBe("■Stopping…");
    model.set(
      "training_end",
      "Stopped by you after 3 whole epochs; the weights of epoch 3 are in place.",
    );
    model.set("training", "trained");
    expect(said()).toContain("Stopped by you after 3 whole epochs");
  });

  it("is ready for the next training", () => {
    const { model, at } = stopped();
    model.set("training", "trained");
    model.set("training", "running");
    expect(at("stop").textContent).toBe("■Stop");
    expect(at("stop").disabled).toBe(false);
  });
});

it("forgets a refused request when Python answers with a notice", () => {
  const { model, at, said } = opened();
  at("train").click();
  model.set("notice", { number: 1, level: "error", text: "There are no counts yet." });
  expect(at("train").disabled).toBe(false);
  vi.advanceTimersByTime(5000);
  expect(said()).toBe("");
});

it("restarts only by a second press, made soon", () => {
  const { at, sent } = opened({ training: "trained", history: [epoch(3, 561, 574)] });
  at("restart").click();
  expect(at("restart").textContent).toBe("Really restart?");
  vi.advanceTimersByTime(5000);
  expect(at("restart").textContent).toBe("Restart");
  at("restart").click();
  expect(sent).toEqual([]);
  at("restart").click();
  expect(sent).toEqual([{ intent: "train", restart: true }]);
});

it("continues where it stopped, unless all epochs are done", () => {
  const { at, seen, said, model } = opened({
    training: "trained",
    history: [epoch(11, 561, 574)],
    training_end: "Stopped by you.",
  });
  expect(seen()).toEqual(["Continue", "Restart"]);
  expect(at("train").disabled).toBe(false);
  model.set("history", [epoch(12, 561, 574)]);
  expect(at("train").disabled).toBe(true);
  expect(said()).toBe("Stopped by you. Increase epochs to continue training.");
});

describe("figures", () => {
  const texts = ({ at }: ReturnType<typeof opened>) =>
    ["epoch", "per-epoch", "left"].map((id) => at<HTMLElement>(id).textContent);

  it("come from the first minibatches: 40 of 0.05 s are 2 s an epoch, 12 epochs less a bit", () => {
    const made = opened({ training: "running", step: step() });
    // 0.9 * 10 / 40 of the first epoch are done
    expect(texts(made)).toEqual(["1 of 12", "2.0 s", "0:24"]);
    expect(made.at<HTMLElement>("progress").getAttribute("aria-valuenow")).toBe("2");
  });

  it("come from the epochs once there are some", () => {
    const made = opened({
      training: "running",
      history: [epoch(1, 600, 610), epoch(2, 580, 590)],
      step: step({ epoch: 3, step: 20, phase: "train" }),
    });
    expect(texts(made)).toEqual(["3 of 12", "2.0 s", "0:19"]); // (12 - 2.45) * 2 s
    expect(made.at<HTMLElement>("progress").getAttribute("aria-valuenow")).toBe("20");
  });

  it("count validation as the last tenth of its epoch", () => {
    const { at } = opened({
      training: "running",
      step: step({ epoch: 12, step: 5, n_steps: 10, phase: "validation" }),
    });
    expect(at<HTMLElement>("progress").getAttribute("aria-valuenow")).toBe("100"); // 11.95 of 12
  });

  it("say that something goes on before there is a number", () => {
    const { at, said } = opened({
      training: "running",
      task: { name: "training", text: "preparing", progress: -1, waiting: 0, can_halt: false },
    });
    expect(at<HTMLElement>("progress").hasAttribute("aria-valuenow")).toBe(false);
    expect(at<HTMLElement>("progress").hasAttribute("data-unknown")).toBe(true);
    expect(said()).toBe("preparing …");
  });
});

it("tells the newest losses, the best one, and how training ended", () => {
  const { at, said } = opened({
    training: "trained",
    training_end: "Converged.",
    history: [epoch(1, 600, 610), epoch(2, 580.125, 573.9), epoch(3, 561.2, 574.19, false)],
  });
  const losses = at<HTMLElement>("losses").textContent ?? "";
  expect(losses).toContain("train 561.20");
  expect(losses).toContain("validation 574.19");
  expect(at<HTMLElement>("best").textContent).toBe("nats/cell, best 573.90 at epoch 2");
  expect(at<HTMLElement>("loss-chart").getAttribute("aria-label")).toContain("best at epoch 2");
  expect(said()).toBe("Converged.");
});

it("does without validation cells", () => {
  const { at } = opened({ training: "trained", history: [epoch(1, 600, null)] });
  expect(at("losses").textContent).toContain("validation –");
  expect(at("best").textContent).toBe("nats/cell");
});

it("lets go when it ends", () => {
  const { end, listening, at } = opened({ training: "running", step: step() });
  at("stop").click();
  end.abort();
  expect(listening()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});

it("keeps the keyboard when the button that was pressed goes away", () => {
  const { at, model } = opened();
  at("train").focus();
  at("train").click();
  model.set("training", "running");
  expect(document.activeElement).toBe(at("training-panel"));
  const elsewhere = document.createElement("input");
  document.body.append(elsewhere);
  elsewhere.focus();
  model.set("training", "trained");
  expect(document.activeElement).toBe(elsewhere);
});

it("says why a model starts from random weights, unless that was chosen", () => {
  const { at, model } = opened();
  expect(at("why-no-start").hidden).toBe(true);
  model.set("why_no_start", "A network with batch norm trains from random weights.");
  expect(at("why-no-start").hidden).toBe(false);
  expect(at("why-no-start").textContent).toContain("batch norm");
  model.set("plan", { ...PLAN, start: "none" });
  expect(at("why-no-start").hidden).toBe(true);
});

it("names the trainings before this one", () => {
  const { at, model } = opened({ training: "trained", history: [epoch(1, 5, 6)] });
  expect(at("earlier")).toBeNull();
  model.set("earlier_runs", [{ name: "quick, 2 epochs", epoch: [1, 2], loss: [7, 6] }]);
  expect(at("earlier").textContent).toBe("before: quick, 2 epochs");
});

describe("with maps after some epochs", () => {
  const maps = (...names: string[]) => names.map((name) => ({ name, n_dimensions: 2 }));
  const trained = (basis: string) =>
    opened({
      training: "trained",
      basis,
      bases: maps("X_umap", "X_peakvi_epoch_12", "X_peakvi_epoch_3", "X_pca"),
      restorable: ["X_peakvi_epoch_12"],
    });

  it("moves through them in their order, the UMAP last", () => {
    const { at, sent } = trained("X_umap");
    const slider = at<HTMLInputElement>("epoch-map");
    expect([slider.max, slider.value]).toEqual(["2", "2"]);
    slider.valueAsNumber = 0;
    slider.dispatchEvent(new Event("input"));
    expect(sent).toEqual([{ intent: "show_basis", basis: "X_peakvi_epoch_3" }]);
    expect(slider.getAttribute("aria-valuetext")).toBe("epoch 3");
  });

  it("goes back to the epoch that is shown, if its weights are kept and nothing is trained", () => {
    const { at, sent, model } = trained("X_peakvi_epoch_12");
    const restore = at("restore-epoch");
    restore.click();
    expect(sent).toEqual([{ intent: "restore_epoch", epoch: 12 }]);
    model.set("training", "running");
    expect(restore.disabled).toBe(true);
    model.set("training", "trained");
    model.set("basis", "X_peakvi_epoch_3");
    expect(restore.disabled).toBe(true);
  });

  it("shows no slider without them", () => {
    expect(opened({ bases: maps("X_umap") }).at("epoch-maps").hidden).toBe(true);
  });
});
