/** What was typed is still there when Python refuses it: it can be mended, not typed again. */
import type { AnyModel } from "@anywidget/types";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { RegionState } from "../src/contract";
import codePanel from "../src/panels/code";
import dataPanel from "../src/panels/data";
import differentialPanel from "../src/panels/differential";
import embeddingPanel from "../src/panels/embedding";
import layersPanel from "../src/panels/layers";
import regionPanel from "../src/panels/region";
import volcanoPanel from "../src/panels/volcano";
import { resize } from "./browser";
import { state as compared } from "./comparison-state";
import { CELLS_ROW, FULL, GROUPS_ROW } from "./embedding-state";
import { fakeModel } from "./fake-model";
import { OPEN } from "./opened-data";
import { opened as viewer } from "./opened-viewer";
import { around } from "./opened-volcano";

const NOTICE = { number: 0, level: "info", text: "" } as const;
const TASK = { name: "", text: "", progress: -1, waiting: 0, can_halt: false };
const GROUP = { name: "B cells", color: "#0a7648", n_cells: 412, query: "" };
const CODE = {
  ...{ script_head: "", script_body: "", script_tail: "", source: "pbmc10k" },
  access: { opening: true, saving: true, variables: true },
  download: { number: 0, name: "", text: "" },
};
const REGION: Partial<RegionState> = {
  ...{ color_by: "", is_shown: false, layer_rows: [], n_regions: 9, obs_columns: [] },
  ...{ region_strip: null, region_tracks: null, region_window: null, tracks_by: "" },
};

let ends: AbortController[] = [];
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
});
afterEach(() => {
  for (const end of ends) end.abort();
  ends = [];
  vi.useRealTimers();
  vi.restoreAllMocks();
  document.body.replaceChildren();
});

interface Drawn {
  render(on: { model: AnyModel; el: HTMLElement; signal: AbortSignal }): void;
}
function opened(panel: Drawn, state: object) {
  const fake = fakeModel({ notice: NOTICE, task: TASK, ...state } as Record<string, unknown>);
  const el = document.createElement("div");
  document.body.append(el);
  const end = new AbortController();
  ends.push(end);
  panel.render({ model: fake.model, el, signal: end.signal });
  const at = (id: string) =>
    el.querySelector<HTMLInputElement>(`[data-testid="${id}"]`) ?? expect.fail(`no ${id}`);
  return { ...fake, el, at };
}
type Page = ReturnType<typeof opened>;
const press = (on: Element, key: string) =>
  on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
const named = (name: string) => (page: Page) =>
  page.el.querySelector<HTMLElement>(`[data-name="${name}"] [data-part=name]`) as HTMLElement;

/** Each field, on its panel, what makes it appear, and what asks; a key stands for itself in the field. */
const FIELDS: [
  field: string,
  panel: Drawn,
  state: object,
  ask: string,
  before?: (page: Page) => void,
][] = [
  ["set-name", differentialPanel, compared(), "set-keep"],
  [
    "set-name",
    differentialPanel,
    compared({ set_rows: ["A", "B"].map((name) => ({ name, rows: compared().idx1 })) }),
    "set-combine",
  ],
  [
    "volcano-set-name",
    volcanoPanel,
    compared(),
    "Enter",
    (page) => {
      const plot = page.at("volcano");
      resize(plot, 400, 300);
      around({ ...page, plot } as never, -0.4, 0.5);
    },
  ],
  ["group-name", embeddingPanel, { ...FULL, selection: FULL.idx1 }, "group-name-set", withQuery],
  ["group-query", embeddingPanel, FULL, "group-name-set", withName],
  [
    "named-group-rename",
    embeddingPanel,
    { ...FULL, named_groups: [GROUP] },
    "Enter",
    (page) => press(named("B cells")(page), "F2"),
  ],
  ["color-by-region", embeddingPanel, FULL, "Enter", (page) => chooseRegion(page)],
  [
    "layer-rename",
    layersPanel,
    { ...FULL, layer_rows: [CELLS_ROW, GROUPS_ROW] },
    "Enter",
    (page) =>
      page.el
        .querySelector(".pv-layer-name")
        ?.dispatchEvent(new MouseEvent("dblclick", { bubbles: true })),
  ],
  ["open-path", dataPanel, { ...OPEN, source: "" }, "open"],
  ["model-path", dataPanel, { ...OPEN, training: "trained" }, "save-model"],
  ["model-path", dataPanel, OPEN, "load-model"],
  ["file-name", codePanel, CODE, "save-py"],
  ["file-name", codePanel, CODE, "save-peakvi"],
  ["region-where", regionPanel, REGION, "Enter"],
  ["region-fragments", regionPanel, REGION, "Enter"],
];
function withQuery({ at }: Page) {
  at("group-query").value = "n_counts > 2000";
}
function withName({ at }: Page) {
  at("group-name").value = "deep";
}
function chooseRegion({ at }: Page) {
  at("color-by").value = " a region";
  at("color-by").dispatchEvent(new Event("change"));
}

it.each(FIELDS)("%s", (id, panel, state, ask, before) => {
  const page = opened(panel, state);
  before?.(page);
  const field = page.at(id);
  field.focus();
  field.value = "typed;wrong";
  const was = page.model.get("color_by");
  const isFolded = field.closest("[hidden]") !== null;
  if (ask === "Enter") press(field, ask);
  else page.at(ask).click();
  expect(page.sent.length + page.saved.length).toBeGreaterThan(0); // it was asked for
  page.model.set("color_by", was); // it was refused
  page.model.set("notice", { number: 1, level: "error", text: "No." });
  expect(page.at(id).value).toBe("typed;wrong");
  expect(page.at(id).closest("[hidden]") !== null).toBe(isFolded);
});

it("the path in the window's file dialog", async () => {
  vi.useRealTimers();
  const { at, model } = await viewer();
  for (const id of ["menu", "menu-file", "menu-save_session"]) at(id).click();
  const field = at<HTMLInputElement>("dialog-path");
  field.value = "nowhere/at/all.peakvi";
  at("dialog-go").click();
  model.set("file_answer", { number: 1, outcome: "refused", text: "There is no such folder." });
  expect(field.value).toBe("nowhere/at/all.peakvi");
  expect(field.closest("[hidden]")).toBe(null);
});

it("a name that was refused is not asked for again by leaving the field", () => {
  const page = opened(embeddingPanel, { ...FULL, named_groups: [GROUP] });
  press(named("B cells")(page), "F2");
  page.at("named-group-rename").value = "T";
  press(page.at("named-group-rename"), "Enter");
  page.model.set("notice", { number: 1, level: "error", text: "No." });
  page.at("named-group-rename").dispatchEvent(new Event("blur"));
  expect(page.sent).toHaveLength(1);
  expect(page.el.querySelector("[data-testid=named-group-rename]")).toBe(null);
});

it("a field is empty when its set is there, unless something else is typed by then", () => {
  const page = opened(differentialPanel, compared());
  const field = page.at("set-name");
  field.value = "A";
  page.at("set-keep").click();
  page.model.set("n_kept", 1);
  expect(field.value).toBe("");
  field.value = "B";
  page.at("set-keep").click();
  field.value = "C";
  page.model.set("n_kept", 2);
  expect(field.value).toBe("C");
});
