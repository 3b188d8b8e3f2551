/** The comparison that a page makes by its model is the one that Python makes. */
import { describe, expect, it } from "vitest";
import { compare, type Estimate, stagesOf } from "../src/page/model/compare";
import {
  betaCdf,
  binomialQuantile,
  binomialTail,
  normalCdf,
} from "../src/page/model/distributions";
import { drawnEvenly, randomOf } from "../src/page/model/random";
import { type Question, readModel, type SavedModel } from "../src/page/model/saved-model";
import { type Answer, serveModel } from "../src/page/model/serve-model";
import { type OpenRegions, openRegions } from "../src/page/open-regions";
import { bytesOf, unpacked } from "../src/page/packed-bytes";
import text from "./model-cases.json?raw";

interface Written {
  saved: Omit<SavedModel, "question">;
  block: string;
  counts: string;
  n_cells: number;
  n_regions: number;
}

interface Case {
  model: string;
  groups: [number[], number[]];
  question: Question;
  sentence: string;
  table: Record<string, number[]>;
}

const given = JSON.parse(text) as {
  models: Record<string, Written>;
  cases: Record<string, Case>;
};

const parts = new Map<string, { block: Uint8Array; open: OpenRegions }>();
for (const [name, { block, counts, n_cells, n_regions }] of Object.entries(given.models)) {
  const open = openRegions(await unpacked(bytesOf(counts)), n_cells, n_regions);
  parts.set(name, { block: await unpacked(bytesOf(block)), open });
}

function modelOf({ model, question }: Case) {
  const { saved } = given.models[model] as Written;
  const { block, open } = parts.get(model) as { block: Uint8Array; open: OpenRegions };
  return readModel({ ...saved, question }, block, open);
}

function tablesOf(one: Case): Estimate[] {
  const groups = [Uint32Array.from(one.groups[0]), Uint32Array.from(one.groups[1])] as const;
  return [...compare(modelOf(one), groups)].filter((estimate) => estimate !== undefined);
}

/** The correlation of two columns. */
function correlation(one: ArrayLike<number>, other: ArrayLike<number>): number {
  const mean = (values: ArrayLike<number>) =>
    Array.from(values).reduce((sum, value) => sum + value / values.length, 0);
  const centered = (values: ArrayLike<number>) =>
    Array.from(values, (value) => value - mean(values));
  const [a, b] = [centered(one), centered(other)];
  const dot = (x: number[], y: number[]) =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const off = (one: ArrayLike<number>, other: ArrayLike<number>) =>
  Math.max(...Array.from(one, (value, i) => Math.abs(value - (other[i] as number))));

// chance of other draws: a mean of 5,000 of them, and what the smallest group adds to a probability
const REACH: Readonly<Record<string, number>> = {
  ...{
    effect_size: 0.015,
    est_prob1: 0.015,
    est_prob2: 0.015,
    effect_low: 0.03,
    effect_high: 0.03,
  },
  ...{ prob_da: 0.12, emp_effect: 1e-4, emp_prob1: 1e-4, emp_prob2: 1e-4 },
  ...{ held_out_effect: 1e-3, held_out_p: 1e-4 },
};

describe.each(Object.entries(given.cases))("by the model: %s", (_, one) => {
  const estimates = tablesOf(one);
  const last = estimates[estimates.length - 1] as Estimate;
  const of = (name: string) => last.columns[name] as Float32Array;

  it("comes as better and better tables", () => {
    expect(estimates.map(({ n_samples }) => n_samples)).toEqual([128, 1024, 5000]);
    expect(estimates.map(({ is_final }) => is_final)).toEqual([false, false, true]);
  });

  it("is Python's table up to chance", () => {
    const ofEnds = one.question.level === "cell" ? 0.25 : 0.03; // far out in 1,000 pairs, or a width
    expect(new Set(Object.keys(last.columns))).toEqual(new Set(Object.keys(one.table)));
    for (const [name, most] of Object.entries({
      ...REACH,
      effect_low: ofEnds,
      effect_high: ofEnds,
    })) {
      const expected = one.table[name];
      if (expected) expect([name, off(expected, of(name)) <= most]).toEqual([name, true]);
    }
    for (const name of ["effect_size", "prob_da"]) {
      const [expected, values] = [one.table[name] as number[], of(name)];
      if (Math.max(...expected) < 0.02) continue; // nothing but chance is left
      expect([name, correlation(expected, values) > 0.99]).toEqual([name, true]);
    }
    expect(last.sentence.split("; ")[1]).toBe(one.sentence.split("; ")[1]);
  });
});

describe("a model that is asked", () => {
  const one = given.cases.types as Case;
  const { saved, ...packed } = given.models[one.model] as Written;
  const model = { ...saved, question: one.question } as SavedModel;
  const first = Uint32Array.from(one.groups[0]);
  const second = Uint32Array.from(one.groups[1]);

  it("answers the last question alone", async () => {
    const answers: Answer[] = [];
    const ended = new Promise<void>((resolve) => {
      const ask = serveModel((answer) => {
        answers.push(answer);
        if ("error" in answer || (answer.number === 2 && answer.estimate.is_final)) resolve();
      });
      ask({ model, ...packed });
      ask({ number: 1, first, second });
      ask({ number: 2, first: second, second: first });
    });
    await ended;
    expect(answers.map((answer) => ("error" in answer ? answer.error : answer.number))).toEqual([
      2, 2, 2,
    ]);
  });

  it("says what is wrong with a damaged page", async () => {
    const error = await new Promise<string>((resolve) => {
      const ask = serveModel((answer) => resolve("error" in answer ? answer.error : ""));
      ask({ model: { ...model, arrays: model.arrays.slice(1) }, ...packed });
    });
    expect(error).toContain("damaged");
  });
});

describe("numbers", () => {
  it("of distributions are those of scipy", () => {
    expect(normalCdf(-1.3)).toBeCloseTo(0.09680048458561036, 12);
    expect(normalCdf(4.5)).toBeCloseTo(0.9999966023268753, 12);
    expect(normalCdf(-9) / 1.1285884059538405e-19).toBeCloseTo(1, 8);
    expect(betaCdf(0.3, 12.5, 0.02)).toBeCloseTo(0.6924533198430566, 10);
    expect(betaCdf(40, 60, 0.4)).toBeCloseTo(0.5054370011155951, 10);
    expect(binomialTail(7, 10, 0.5)).toBeCloseTo(56 / 1024, 12);
    expect(binomialQuantile(0.025, 10, 0.5)).toBe(2);
  });

  it("are drawn evenly, and few draws are the first of many", () => {
    const many = drawnEvenly([4, 7, 9], 8, randomOf(1, 2));
    expect([...drawnEvenly([4, 7, 9], 5, randomOf(1, 2))]).toEqual([...many.subarray(0, 5)]);
    expect([...many.subarray(0, 3)].sort()).toEqual([4, 7, 9]);
    const random = randomOf(5);
    const normal = Array.from({ length: 4000 }, random.normal);
    const mean = normal.reduce((sum, value) => sum + value / 4000, 0);
    const square = normal.reduce((sum, value) => sum + value ** 2 / 4000, 0);
    expect(Math.abs(mean)).toBeLessThan(0.06);
    expect(Math.abs(square - 1)).toBeLessThan(0.1);
    expect(stagesOf({ first_samples: 128, n_samples: 100 } as Question)).toEqual([100]);
  });
});
