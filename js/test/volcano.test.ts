import { beforeEach, describe, expect, it } from "vitest";
import { volcano, volcanoFrame } from "../src/draw/plots/volcano";
import { drawn, forget, resize, watching } from "./browser";
import { cells, columns, flags, floats, nothing, REGIONS, state } from "./comparison-state";
import { middlesOf, opened } from "./opened-volcano";

describe("the frame", () => {
  const frame = volcanoFrame([0.5, -0.25, Number.NaN], 400, 300);
  it("has no difference in the middle and both groups as wide", () => {
    expect(frame.x.at(0)).toBeCloseTo((frame.field.left + frame.field.right) / 2);
    expect(frame.x.at(0.5) - frame.x.at(0)).toBeCloseTo(frame.x.at(0) - frame.x.at(-0.5));
  });
  it("holds every dot", () => {
    expect(frame.x.at(0.5)).toBeLessThan(frame.field.right);
    expect(frame.y.at(1)).toBeGreaterThan(frame.field.top);
    expect(frame.y.at(0)).toBeLessThan(frame.field.bottom);
  });
  it("has sure above unsure, ticks at round numbers", () => {
    expect(frame.y.at(1)).toBeLessThan(frame.y.at(0));
    expect(frame.x.ticks).toEqual([-0.4, -0.2, 0, 0.2, 0.4]);
    expect(frame.y.ticks).toContain(1);
  });
});

const DATA = {
  effect_size: Float32Array.of(0.5, -0.5, 0.01, Number.NaN),
  prob_da: Float32Array.of(0.99, 0.98, 0.1, 0.5),
  is_da_fdr: Uint8Array.of(1, 1, 0, 0),
  name: (row: number) => `region ${row}`,
};

let chosen: (number | undefined)[];
let end: AbortController;
beforeEach(() => {
  chosen = [];
  end = new AbortController();
  forget();
});

function standing() {
  const made = volcano({ ended: end.signal, select: (row) => chosen.push(row) });
  const root = document.createElement("div");
  root.dataset.pvTheme = "dark";
  root.append(made.el);
  document.body.replaceChildren(root);
  made.show(DATA);
  resize(made.el, 400, 300);
  const frame = volcanoFrame(DATA.effect_size, 400, 300);
  const point = (type: string, row: number, off = 0) =>
    made.el.dispatchEvent(
      new PointerEvent(type, {
        clientX: frame.x.at(DATA.effect_size[row] as number) + off,
        clientY: frame.y.at(DATA.prob_da[row] as number),
      }),
    );
  return { made, root, point };
}
/** How many regions the last picture holds, known by the middles of their dots. */
function dotsDrawn() {
  const put = drawn.findLast(({ call }) => call === "putImageData");
  const image = put?.with[0] as ImageData | undefined;
  if (!image) return 0;
  const frame = volcanoFrame(DATA.effect_size, 400, 300);
  const hit = (_: number, row: number) => {
    const x = Math.round(frame.x.at(DATA.effect_size[row] as number));
    const y = Math.round(frame.y.at(DATA.prob_da[row] as number));
    return (image.data[4 * (y * image.width + x) + 3] ?? 0) > 0;
  };
  return [...DATA.effect_size].filter(hit).length;
}

it("draws each region once, and none that has no value", () => {
  standing();
  expect(dotsDrawn()).toBe(3);
});

/** How much the last picture hides in the middle of each region's dot. */
const middles = () => middlesOf(DATA.effect_size, DATA.prob_da).slice(0, 3);

it("draws what is confirmed as a disc and what is only called as a ring", () => {
  const { made } = standing();
  made.show({ ...DATA, is_confirmed: Uint8Array.of(1, 0, 0, 0) });
  const [confirmed = 0, called = 0, other = 0] = middles();
  expect(confirmed).toBeGreaterThan(200);
  expect(called).toBeLessThan(confirmed / 2);
  expect(other).toBeGreaterThan(0);
  expect(made.el.getAttribute("aria-label")).toContain("2 of them different, 1 confirmed");
});

it("says of the region under the pointer whether it is confirmed and how sure its effect is", () => {
  const { made, point } = standing();
  const tip = () => made.el.querySelector(".pv-tip")?.textContent ?? "";
  made.show({
    ...DATA,
    is_confirmed: Uint8Array.of(1, 0, 0, 0),
    effect_low: Float32Array.of(0.3, -0.75, -0.1, 0),
    effect_high: Float32Array.of(0.75, -0.25, 0.1, 0),
  });
  forget();
  point("pointermove", 0, 2);
  expect(tip()).toBe(
    "region 0\neffect size +0.50 (95 %: +0.30 to +0.75)  ·  prob_da 0.990\nconfirmed",
  );
  const frame = volcanoFrame(DATA.effect_size, 400, 300);
  const lines = drawn.filter(({ call }) => call === "lineTo").map(({ with: [x] }) => x);
  expect(lines[0]).toBe(Math.round(frame.field.right) + 0.5); // as far as the axis reaches
  expect(lines[1]).toBe(Math.round(frame.x.at(Math.fround(0.3))) + 0.5);
  point("pointermove", 1);
  expect(tip()).toContain("called, not confirmed");
  point("pointermove", 2);
  expect(tip()).not.toContain("confirmed");
});

it("draws once when it is given the size it has", () => {
  const { made } = standing();
  forget();
  resize(made.el, 400, 300);
  expect(dotsDrawn()).toBe(0);
});

it("names the region under the pointer, and hides when it leaves", () => {
  const { made, point } = standing();
  const tip = made.el.querySelector(".pv-tip") as HTMLElement;
  point("pointermove", 1, 4);
  expect(tip.hidden).toBe(false);
  expect(tip.textContent).toBe("region 1\neffect size −0.50  ·  prob_da 0.980");
  point("pointermove", 1, 60);
  expect(tip.hidden).toBe(true);
});

it("tells the nearest region to a click, or that there is none", () => {
  const { made, point } = standing();
  point("click", 0, 3);
  expect(made.selected).toBe(0);
  point("click", 0, -60);
  expect(chosen).toEqual([0, undefined]);
});

it("marks a region from outside without a callback", () => {
  const { made } = standing();
  forget();
  made.selected = 2;
  expect(drawn.filter(({ call }) => call === "arc").length).toBe(1);
  expect(chosen).toEqual([]);
});

it("is drawn again in another theme", async () => {
  const { root } = standing();
  forget();
  root.dataset.pvTheme = "light";
  await Promise.resolve();
  expect(dotsDrawn()).toBe(3);
});

it("says in words how many differ, and lets go when it ends", () => {
  const { made } = standing();
  expect(made.el.getAttribute("aria-label")).toContain("4 regions, 2 of them different");
  end.abort();
  expect(watching(made.el)).toBe(0);
});

it("draws a line at the probability from which regions are called", () => {
  const { made } = standing();
  const y = Math.round(volcanoFrame(DATA.effect_size, 400, 300).y.at(0.98)) + 0.5;
  const lines = () => drawn.filter(({ call, with: [, at] }) => call === "lineTo" && at === y);
  expect(lines()).toEqual([]);
  made.show({ ...DATA, threshold: 0.98 });
  expect(lines().length).toBe(1);
});

describe("the panel", () => {
  it("asks and writes nothing by being drawn", () => {
    const { sent, saved } = opened(end);
    expect(sent).toEqual([]);
    expect(saved).toEqual([]);
  });

  it("says what is compared, how far it is, and how many differ in each direction", () => {
    const { text, find } = opened(
      end,
      state({ da_state: "estimate", da_n_samples: 128, da_progress: 0.63 }),
    );
    expect(text("volcano-title")).toBe("group 1 (300) vs group 2 (520)");
    expect(text("volcano-state")).toBe("first estimate, 128 draws a group · refining 63 %");
    expect(find("volcano-state").dataset.state).toBe("estimate");
    expect(text("volcano-legend")).toContain("more open in group 1: 1");
    expect(text("volcano-legend")).toContain("more open in group 2: 1");
  });

  it("says how many of the called are confirmed, where they were checked", () => {
    const { text, set } = opened(end);
    expect(text("volcano-legend")).not.toContain("confirmed");
    set({ da_columns: { ...columns(), is_confirmed: flags(0, 1, 0) } });
    expect(text("volcano-legend")).toContain("confirmed: 1called, not confirmed: 1not called");
  });

  it("draws its line at the least probable region that is called, and says it", () => {
    const { set, text } = opened(end);
    const y = Math.round(volcanoFrame([1], 400, 300).y.at(Math.fround(0.96))) + 0.5;
    const lines = () => drawn.filter(({ call, with: [, at] }) => call === "lineTo" && at === y);
    expect(lines().length).toBe(1);
    expect(text("volcano-legend")).toContain("called from prob_da 0.960");
    forget();
    set({ da_columns: { ...columns(), is_da_fdr: flags(0, 0, 0) } });
    expect(lines()).toEqual([]);
    expect(text("volcano-legend")).toContain("no region is called");
  });

  it("draws lines at the smallest difference that the table was made with", () => {
    const { set } = opened(end);
    const settings = {
      ...{ two_sided: true, delta: 0.1, fdr_target: 0.05, batch_correction: false, donor: null },
      stability: false,
      level: "auto" as const,
    };
    const x = (effect: number) =>
      Math.round(volcanoFrame([-0.3104, 0.4226, 0.01], 400, 300).x.at(effect)) + 0.5;
    const at = () => {
      const found = drawn.filter(
        ({ call, with: [left, top] }) => call === "moveTo" && top === 12.5 && left !== 46.5,
      );
      forget();
      return found.map(({ with: [left] }) => left);
    };
    at();
    set({
      da_settings: { ...settings, estimand: "difference", n_samples: 5000, seed: 0 },
      da_columns: columns(),
    });
    expect(at().slice(-2)).toEqual([x(-0.1), x(0.1)]);
    set({ da_settings: { ...settings, estimand: "log2", n_samples: 5000, seed: 0 } });
    expect(at()).toEqual([x(0)]);
  });

  it("before a comparison says what will be listed there and what to do next", () => {
    const { text, isShown } = opened(end, nothing({ idx1: cells(0), idx2: cells(0) }));
    expect(isShown("volcano")).toBe(false);
    expect(isShown("volcano-legend")).toBe(false);
    expect(text("volcano-empty")).toContain("will be listed here");
    expect(text("volcano-state")).toBe("lasso two groups");
  });

  it("gives way to a table, and comes back without one", () => {
    const { set, isShown, plot } = opened(end, nothing());
    set({ da_columns: columns(), da_state: "final" });
    expect(isShown("volcano")).toBe(true);
    expect(plot.getAttribute("aria-label")).toContain("3 regions, 2 of them");
    set({ da_columns: null, da_state: "none" });
    expect(isShown("volcano")).toBe(false);
    expect(isShown("volcano-empty")).toBe(true);
  });

  it("waits while the regions are of other data than the table", () => {
    const { set, isShown, plot } = opened(end);
    set({ regions: ["chr9:1-2"] });
    expect(isShown("volcano")).toBe(false);
    set({
      da_columns: { effect_size: floats(0.1), prob_da: floats(0.5), is_da_fdr: flags(0) },
    });
    expect(isShown("volcano")).toBe(true);
    expect(plot.getAttribute("aria-label")).toContain("1 regions, 0 of them");
  });

  it("colors the cells by the region of a dot that is clicked", () => {
    const { click, model, saved } = opened(end);
    click(0.4226, 0.9981);
    expect(model.get("color_by")).toBe(REGIONS[1]);
    expect(saved).toEqual(["color_by"]);
  });

  it("changes nothing by a click beside every dot", () => {
    const { click, rings, saved } = opened(end, state({ color_by: REGIONS[0] as string }));
    click(-0.1, 0.5);
    expect(rings()).toBe(1);
    expect(saved).toEqual([]);
  });

  it("marks the region that was chosen elsewhere, and none when it is not a region", () => {
    const { set, rings, saved } = opened(end);
    expect(rings()).toBe(0);
    set({ color_by: REGIONS[2] as string });
    expect(rings()).toBe(1);
    set({ color_by: "cell_type" });
    expect(rings()).toBe(0);
    expect(saved).toEqual([]);
  });

  it("keeps its mark on the region while estimates get better", () => {
    const { set, rings } = opened(
      end,
      state({ color_by: REGIONS[2] as string, da_state: "estimate" }),
    );
    set({ da_columns: columns(), da_state: "final" });
    expect(rings()).toBe(1);
  });

  it("does nothing once it has ended", () => {
    const { click, listening, saved, plot } = opened(end);
    end.abort();
    click(0.4226, 0.9981);
    expect(listening()).toBe(0);
    expect(watching(plot)).toBe(0);
    expect(saved).toEqual([]);
  });
});
