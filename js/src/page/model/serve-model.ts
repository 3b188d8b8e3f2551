/** Compare cells by the model of a page, as often as asked: in a worker, or where there is none, here. */
import { openRegions } from "../open-regions";
import { bytesOf, unpacked } from "../packed-bytes";
import { compare, type Estimate } from "./compare";
import { type Model, readModel, type SavedModel } from "./saved-model";

const PIECE = 40; // ms of work until newer questions are looked for

/** What a page sends: first the model, then one question after the other. */
export type Question =
  | { model: SavedModel; block: string; counts: string; n_cells: number; n_regions: number }
  | { number: number; first: Uint32Array; second: Uint32Array };

/** What it answers: better and better tables of the last question, or what is wrong. */
export type Answer = { number: number; estimate: Estimate } | { error: string };

/** Make what answers questions; a newer one ends the work on the one before. */
export function serveModel(send: (answer: Answer) => void): (question: Question) => void {
  let model: Promise<Model> | undefined;
  let last = 0;
  const answer = async (number: number, groups: readonly [Uint32Array, Uint32Array]) => {
    const known = await model;
    let end = performance.now() + PIECE;
    if (!known || number !== last) return;
    for (const estimate of compare(known, groups)) {
      if (estimate) send({ number, estimate });
      if (performance.now() < end) continue;
      await new Promise((resolve) => setTimeout(resolve));
      if (number !== last) return;
      end = performance.now() + PIECE;
    }
  };
  const wrong = (error: unknown) => send({ error: String(error) });
  return (question) => {
    if ("model" in question) {
      model = read(question);
      model.catch(wrong);
      return;
    }
    last = question.number;
    answer(last, [question.first, question.second]).catch(wrong);
  };
}

async function read(given: Extract<Question, { model: SavedModel }>): Promise<Model> {
  const block = await unpacked(bytesOf(given.block));
  const counts = await unpacked(bytesOf(given.counts));
  return readModel(given.model, block, openRegions(counts, given.n_cells, given.n_regions));
}

/** Whether this script runs as a worker; then it answers its page. */
export function serveAsWorker(): boolean {
  if (typeof document !== "undefined") return false;
  const receive = serveModel((answer) => self.postMessage(answer));
  self.onmessage = ({ data }: MessageEvent<Question>) => receive(data);
  return true;
}

/** Start a worker from the text of this script, or answer here where a page may have none. */
export function startModel(
  script: string,
  send: (answer: Answer) => void,
): (question: Question) => void {
  if (!script || typeof Worker === "undefined") return serveModel(send);
  try {
    const place = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    const worker = new Worker(place);
    worker.onmessage = ({ data }: MessageEvent<Answer>) => send(data);
    worker.onerror = ({ message }) => send({ error: message || "the worker did not start" });
    return (question) => worker.postMessage(question);
  } catch {
    return serveModel(send);
  }
}
