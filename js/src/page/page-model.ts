/** The model of a page: what it was last asked, and what it has answered so far. */
import { type ReadonlySignal, signal } from "@preact/signals-core";
import type { Estimate } from "./model/compare";
import { type Question, startModel } from "./model/serve-model";
import type { Pair } from "./observed-table";
import type { PageData } from "./page-data";

/** What is known of the last question. */
export interface Answered {
  /** The newest table; `undefined` until there is one. */
  estimate?: Estimate;
  error?: string;
}

/** A model that can be asked. */
export interface PageModel {
  answer: ReadonlySignal<Answered>;
  /** Compare two sets of cells; the same ones are not compared again. */
  ask(pair: Pair): void;
}

/** The model of a page; `undefined` where it has none. */
export function pageModel(
  data: PageData,
  parts: { counts: string; model: string; script: string },
): PageModel | undefined {
  const { model, n_cells, n_regions } = data;
  if (!model) return undefined;
  const answer = signal<Answered>({});
  let send: ((question: Question) => void) | undefined;
  let asked: Pair = { first: [], second: [] };
  let number = 0;
  const start = () => {
    const started = startModel(parts.script, (found) => {
      if ("error" in found) answer.value = { ...answer.peek(), error: found.error };
      else if (found.number === number) answer.value = { estimate: found.estimate };
    });
    started({ model, block: parts.model, counts: parts.counts, n_cells, n_regions });
    return started;
  };
  return {
    answer,
    ask(pair) {
      if (isSame(pair.first, asked.first) && isSame(pair.second, asked.second)) return;
      asked = pair;
      number++;
      answer.value = {};
      send ??= start();
      send({ number, first: Uint32Array.from(pair.first), second: Uint32Array.from(pair.second) });
    },
  };
}

function isSame(one: ArrayLike<number>, other: ArrayLike<number>): boolean {
  if (one.length !== other.length) return false;
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return false;
  return true;
}
