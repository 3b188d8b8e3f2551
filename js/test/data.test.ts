import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { commandItemsIn } from "../src/commands";
import { draftOf, preview, settingsOf, UNFILTERED } from "../src/panels/data/filter-draft";
import { bytes, parent } from "../src/panels/data/open-form";
import { EMPTY, OPEN, opened } from "./opened-data";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  document.body.replaceChildren();
});

it.each([EMPTY, OPEN])("asks nothing and writes nothing by being shown", (state) => {
  const { sent, saved } = opened(state);
  vi.advanceTimersByTime(10_000);
  expect([sent, saved]).toEqual([[], []]);
});

it("offers an autosaved training, and asks for it once", () => {
  const { at, sent, model } = opened(OPEN);
  expect(at("recovery").hidden).toBe(true);
  model.set("recoverable", "A training of these counts was autosaved on 2026-11-29.");
  expect(at("recovery").hidden).toBe(false);
  expect(at("recovery").textContent).toContain("was autosaved on 2026-11-29.");
  at("recover").click();
  expect(sent).toEqual([{ intent: "recover" }]);
  model.set("training", "running");
  expect(at<HTMLButtonElement>("recover").disabled).toBe(true);
  model.set("recoverable", "");
  expect(at("recovery").hidden).toBe(true);
});

it("hides the offer of an autosaved training, without asking for it", () => {
  const { at, sent, model } = opened(OPEN);
  model.set("recoverable", "A training of these counts was autosaved on 2026-11-29.");
  at("dismiss-recovery").click();
  expect(sent).toEqual([{ intent: "dismiss_recovery" }]);
  model.set("recoverable", "");
  expect(at("recovery").hidden).toBe(true);
});

describe("without data", () => {
  it("shows three ways in and nothing else", () => {
    const { at } = opened();
    const ways = [...at("open-from").querySelectorAll("[role=radio]")].map((e) => e.textContent);
    expect(ways).toEqual(["File", "Notebook", "Example"]);
    expect(at("quality").hidden).toBe(true);
    expect(at("open-another").hidden).toBe(true);
  });

  it("opens counts, goes into folders and up again", () => {
    const { at, sent } = opened();
    at("entry-old").click();
    at("browse-up").click();
    at("entry-cells.h5ad").click();
    expect(sent).toEqual([
      { intent: "browse", path: "/data/run 1/old" },
      { intent: "browse", path: "/data" },
      { intent: "open_path", path: "/data/run 1/cells.h5ad" },
    ]);
    expect(at("entry-cells.h5ad").textContent).toBe("cells.h5ad34 MB");
  });

  it("opens a typed path by Enter or the button, never an empty one", () => {
    const { at, sent, press, model } = opened();
    press("open-path", "Enter");
    at<HTMLInputElement>("open-path").value = " /data/cells.h5 ";
    press("open-path", "Enter");
    model.set("notice", { number: 1, level: "error", text: "no such file" });
    at("open").click();
    const wish = { intent: "open_path", path: "/data/cells.h5" };
    expect(sent).toEqual([wish, wish]);
  });

  it("looks at the notebook again when asked for its AnnData", () => {
    const { at, sent, model, el } = opened();
    at("open-from-notebook").click();
    expect(sent).toEqual([{ intent: "refresh" }]);
    expect(el.textContent).toContain("No AnnData yet");
    model.set("variables", [{ name: "adata", text: "10 cells x 6 regions" }]);
    at("variable-adata").click();
    expect(sent.at(-1)).toEqual({ intent: "open_variable", name: "adata" });
  });

  it("opens a built-in set, and an AnnData that is there comes first", () => {
    const { at, sent } = opened({ variables: [{ name: "adata", text: "" }] });
    expect(at("variable-adata")).not.toBeNull();
    at("open-from-example").click();
    at("dataset-pbmc10k").click();
    expect(sent).toEqual([{ intent: "open_dataset", name: "pbmc10k" }]);
  });

  it("says at once that it opens, then what is read, and blames a busy kernel", () => {
    const { at, model } = opened();
    at("entry-filtered").click();
    expect(at("progress").hidden).toBe(false);
    expect(at("open").disabled).toBe(true);
    vi.advanceTimersByTime(2100);
    expect(at("data-said").textContent).toContain("The kernel is busy with a cell");
    model.set("task", {
      name: "opening",
      text: "reading filtered",
      progress: 0.4,
      waiting: 0,
      can_halt: false,
    });
    expect(at("data-said").textContent).toBe("reading filtered");
    expect(at("progress").getAttribute("aria-valuenow")).toBe("40");
    model.set("task", { name: "", text: "", progress: -1, waiting: 0, can_halt: false });
    expect(at("progress").hidden).toBe(true);
    expect(at("open").disabled).toBe(false);
  });

  it("does not show the progress of other work", () => {
    const { at } = opened({
      ...OPEN,
      task: { name: "training", text: "", progress: 0, waiting: 0, can_halt: false },
    });
    expect(at("progress").hidden).toBe(true);
  });
});

describe("with data", () => {
  it("folds the ways in to a line, and back", () => {
    const { at, model, el } = opened();
    for (const [name, value] of Object.entries(OPEN)) model.set(name, value);
    expect(at("source").textContent).toBe("filtered");
    expect(at("size").textContent).toBe("10 cells × 6 regions");
    expect(at("quality").hidden).toBe(false);
    expect(el.querySelector<HTMLElement>(".pv-opening")?.hidden).toBe(true);
    at("open-another").click();
    expect(el.querySelector<HTMLElement>(".pv-opening")?.hidden).toBe(false);
    expect(at("open-another").textContent).toBe("keep these");
  });

  it("offers Python's default filter: regions in 10 cells", () => {
    const { kept, sent, at } = opened(OPEN);
    expect(kept()).toEqual(["10", "3"]);
    at("apply-filter").click();
    expect(sent).toEqual([
      {
        intent: "filter",
        min_cells: 10,
        min_regions: 0,
        max_regions: null,
        standard_chromosomes: false,
      },
    ]);
  });

  it("offers its filter with the Python for what is set", () => {
    const { el, press } = opened(OPEN);
    press("cells-per-region-low", "Home");
    expect(commandItemsIn([el]).find(({ id }) => id === "filter")?.python).toBe(
      "session.filter(min_regions=0, max_regions=None, standard_chromosomes=False, min_cells=1)",
    );
  });

  it("counts live while a handle moves, and asks nothing", () => {
    const { kept, press, sent, at } = opened(OPEN);
    press("regions-per-cell-low", "ArrowRight");
    expect(Number(at<HTMLInputElement>("min-regions").value)).toBeGreaterThan(10);
    expect(kept()).toEqual(["9", "at most 3"]);
    press("cells-per-region-low", "Home");
    expect(kept()).toEqual(["9", "at most 6"]);
    press("regions-per-cell-low", "Home");
    expect(kept()).toEqual(["10", "6"]);
    expect(at<HTMLInputElement>("min-regions").value).toBe("");
    expect(sent).toEqual([]);
  });

  it("takes typed bounds, and an empty one for none", () => {
    const { type, kept, at, sent } = opened(OPEN);
    type("min-regions", "25");
    type("max-regions", "90");
    type("min-cells", "2");
    expect(kept()).toEqual(["7", "at most 5"]);
    expect(at("regions-per-cell-low").getAttribute("aria-valuenow")).toBe("25");
    type("max-regions", "");
    expect(kept()[0]).toBe("8");
    at("apply-filter").click();
    expect(sent[0]).toMatchObject({ min_regions: 25, max_regions: null, min_cells: 2 });
  });

  it("takes a share of the cells, and turns one into the other", () => {
    const { type, kept, at, sent } = opened(OPEN);
    type("min-cells", "5");
    at("min-cells-unit-%").click();
    expect(at<HTMLInputElement>("min-cells").value).toBe("50");
    expect(kept()).toEqual(["10", "4"]);
    type("min-cells", "20");
    expect(kept()).toEqual(["10", "5"]);
    at("apply-filter").click();
    expect(sent[0]).toMatchObject({ min_cells: 0.2 });
    at("min-cells-unit-cells").click();
    expect(at<HTMLInputElement>("min-cells").value).toBe("2");
  });

  it("has no upper handle for cells per region: a press there changes nothing", () => {
    const { press, kept, at } = opened(OPEN);
    press("cells-per-region-high", "Home");
    expect(kept()).toEqual(["10", "3"]);
    expect(at("cells-per-region-high").getAttribute("aria-valuenow")).toBe("10");
  });

  it("shows Python's own numbers once they are there, and then has nothing to apply", () => {
    const { model, kept, at, press } = opened(OPEN);
    const settings = { ...settingsOf(UNFILTERED), min_regions: 25, standard_chromosomes: true };
    model.set("n_cells", 7);
    model.set("n_regions", 2);
    model.set("filter_settings", settings);
    model.set("undo_label", "filter");
    expect(kept()).toEqual(["7", "2"]);
    expect(at("apply-filter").disabled).toBe(true);
    expect(at("undo").textContent).toBe("Undo filter");
    press("regions-per-cell-low", "ArrowRight");
    expect(at("apply-filter").disabled).toBe(false);
    expect(kept()[0]).toMatch(/^about/);
  });

  it("goes back with Undo, which is there only when there is something", () => {
    const { at, sent, model } = opened(OPEN);
    expect(at("undo").hidden).toBe(true);
    model.set("undo_label", "filter");
    at("undo").click();
    expect(sent).toEqual([{ intent: "undo" }]);
    model.set("undo_label", "batches");
    expect(at("undo").textContent).toBe("Undo batches");
    model.set("undo_label", "lasso"); // not of the data: it goes back where cells are drawn
    expect(at("undo").hidden).toBe(true);
  });

  it("warns when little is left", () => {
    const { at, model } = opened(OPEN);
    model.set("filter_warning", "Only 6 regions are left.");
    expect(at("filter-warning").textContent).toBe("Only 6 regions are left.");
  });

  it("lets the data be while a training runs, and says so", () => {
    const { at, el } = opened({ ...OPEN, training: "running" });
    expect(at("apply-filter").disabled).toBe(true);
    expect(el.textContent).toContain("Training is running; stop it before you change the data.");
  });

  it("names batches by a column of categories", () => {
    const { at, type, sent, model } = opened({
      ...OPEN,
      obs_columns: [
        {
          name: "donor",
          kind: "category",
          categories: ["a", "b"],
          counts: [4, 6],
          colors: [],
          reason: "",
        },
        { name: "n_counts", kind: "number", categories: [], counts: [], colors: [], reason: "" },
      ],
    });
    const offered = [...at("batch-key").querySelectorAll("option")].map((e) => e.textContent);
    expect(offered).toEqual(["all cells are one batch", "donor (2)", "n_counts (numbers)"]);
    type("batch-key", "donor");
    type("batch-key", "");
    expect(sent).toEqual([
      { intent: "setup", batch_key: "donor", held_out: 0.2 },
      { intent: "setup", batch_key: null, held_out: 0.2 },
    ]);
    model.set("batch_key", "donor");
    expect(at<HTMLSelectElement>("batch-key").value).toBe("donor");
  });

  it("holds another share of the fragments out, and keeps the batches", () => {
    const { at, type, sent, model } = opened({ ...OPEN, batch_key: "donor" });
    expect(at<HTMLSelectElement>("held-out").value).toBe("0.2");
    type("held-out", "0.5");
    type("held-out", "0");
    expect(sent).toEqual([
      { intent: "setup", batch_key: "donor", held_out: 0.5 },
      { intent: "setup", batch_key: "donor", held_out: 0 },
    ]);
    model.set("held_out", 0.25); // by code
    expect(at<HTMLSelectElement>("held-out").selectedOptions[0]?.label).toContain("25");
    model.set("training", "running");
    expect(at("held-out").disabled).toBe(true);
  });

  it("saves a trained model and loads one, with a reason where it cannot", () => {
    const { at, sent, el, model } = opened(OPEN);
    expect(at("save-model").disabled).toBe(true);
    expect(el.textContent).toContain("nothing to save before a model is trained");
    at<HTMLInputElement>("model-path").value = "models/one";
    at("load-model").click();
    model.set("training", "trained");
    at("save-model").click();
    at("overwrite").click();
    at("save-model").click();
    expect(sent).toEqual([
      { intent: "load_model", path: "models/one" },
      { intent: "save_model", path: "models/one", overwrite: false },
      { intent: "save_model", path: "models/one", overwrite: true },
    ]);
  });
});

describe("what a filter keeps", () => {
  const all = () => 10;
  it("is sure where the other side loses nothing", () => {
    const { cells, regions } = preview(UNFILTERED, all, () => 3, 10);
    expect([cells, regions]).toEqual([
      { n: 10, sure: "" },
      { n: 3, sure: "" },
    ]);
  });

  it("is a bound when cells go, and a guess when the bound moves with them", () => {
    const cut = { ...UNFILTERED, min_regions: 20 };
    expect(
      preview(
        cut,
        () => 8,
        () => 3,
        10,
      ).regions.sure,
    ).toBe("at most");
    expect(
      preview(
        { ...cut, unit: "%" },
        () => 8,
        () => 3,
        10,
      ).regions.sure,
    ).toBe("about");
  });

  it("is a bound for regions alone when only chromosomes go", () => {
    const { cells, regions } = preview(
      { ...UNFILTERED, standard_chromosomes: true },
      all,
      () => 3,
      10,
    );
    expect([cells.sure, regions.sure]).toEqual(["", "at most"]);
  });

  it("rounds a share down to whole cells, of those kept", () => {
    const asked: number[] = [];
    const draft = { ...UNFILTERED, min_regions: 1, min_cells: 5, unit: "%" } as const;
    preview(
      draft,
      () => 9439,
      ({ low }) => asked.push(low),
      10_000,
    );
    expect(asked).toEqual([471]); // 0.05 * 9439 = 471.95
  });

  it.each([0.05, 0.07, 0.29, 0.125, 1, 10, 0])("survives the wire: %s", (min_cells) => {
    const settings = { min_cells, min_regions: 3, max_regions: 9, standard_chromosomes: true };
    expect(settingsOf(draftOf(settings))).toEqual(settings);
  });
});

it.each([
  ["/data/run 1", "/data"],
  ["/data/run 1/", "/data"],
  ["/data", "/"],
  ["/", "/"],
  ["C:\\data\\run", "C:\\data"],
  ["C:\\data", "C:\\"],
])("the folder above %s is %s", (path, above) => {
  expect(parent(path)).toBe(above);
});

it("says sizes shortly", () => {
  expect([0, 999, 1500, 34_100_000, 2.5e9].map(bytes)).toEqual([
    "0 B",
    "999 B",
    "1.5 kB",
    "34 MB",
    "2.5 GB",
  ]);
});

it("lets go when it ends", () => {
  const { end, listening, at } = opened();
  at("entry-filtered").click();
  end.abort();
  expect(listening()).toBe(0);
  expect(vi.getTimerCount()).toBe(0);
});
