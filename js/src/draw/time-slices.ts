/** Long work in short pieces, so that the page answers between them. No worker: some hosts forbid those. */

/** Work that may rest at each `yield`. */
export type Steps<T> = Generator<void, T, void>;

/** Milliseconds of a piece. */
const PIECE = 12;
/** Elements that a loop goes over between two rests. */
const STRIDE = 32_768;

/** Go over 0 to `n - 1` with rests. */
export function* over(n: number, run: (from: number, to: number) => void): Steps<void> {
  for (let from = 0; from < n; from += STRIDE) {
    run(from, Math.min(n, from + STRIDE));
    yield;
  }
}

/** Do it all now. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Do it piece by piece and tell what came of it; the returned function gives it up. */
export function inPieces<T>(steps: Steps<T>, tell: (result: T) => void): () => void {
  const { port1, port2 } = new MessageChannel(); // a timer would wait 4 ms each time
  const stop = () => port1.close();
  port1.onmessage = () => {
    const end = performance.now() + PIECE;
    while (performance.now() < end) {
      const { done, value } = steps.next();
      if (!done) continue;
      stop();
      tell(value);
      return;
    }
    port2.postMessage(0);
  };
  port2.postMessage(0);
  return stop;
}
