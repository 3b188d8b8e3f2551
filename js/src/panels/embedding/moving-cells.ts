/** Cells that move from one map of a training to the next, so that the eye can follow them. */
import type { Scatter } from "../../draw/scatter/scatter";
import { EPOCH } from "../training/epoch-maps";

const TIME = 250; // ms of a move
const SLOW = 80; // ms between two frames after which the rest is left out
const MOST = 50_000; // cells; more of them are drawn in slices, which a move would only delay

type Places = Float32Array<ArrayBuffer>;

/** Return what shows cells at their places in a basis; from one epoch's map to another's they move there. */
export function movingCells(
  scatter: Pick<Scatter, "scene" | "show" | "surface">,
  ended: AbortSignal,
): (points: Places, basis: string) => void {
  let [frame, shown] = [0, ""];
  let target: Places | undefined; // while they move
  const stop = () => {
    cancelAnimationFrame(frame);
    target = undefined;
  };
  const arrive = () => {
    const points = target;
    stop();
    if (points) scatter.show({ points });
  };
  for (const type of ["pointerdown", "keydown"]) {
    scatter.surface.addEventListener(type, arrive, { signal: ended, capture: true });
  }
  ended.addEventListener("abort", stop, { once: true });
  const move = (from: ArrayLike<number>, to: Places) => {
    const begun = performance.now();
    let last = begun;
    const step = () => {
      const now = performance.now();
      const share = (now - begun) / TIME;
      if (share >= 1 || now - last > SLOW) return arrive();
      last = now;
      scatter.show({ points: between(from, to, share * share * (3 - 2 * share)) });
      frame = requestAnimationFrame(step);
    };
    target = to;
    frame = requestAnimationFrame(step);
  };
  return (points, basis) => {
    const before = scatter.scene.points;
    const areEpochs = [shown, basis].every((name) => name.startsWith(EPOCH));
    shown = basis;
    if (isSame(points, target ?? before)) return;
    stop();
    const isShort = before.length === points.length && points.length <= 2 * MOST;
    if (areEpochs && isShort && !wantsRest()) move(before, points);
    else scatter.show({ points });
  };
}

const wantsRest = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? true;

function between(from: ArrayLike<number>, to: Places, share: number): Places {
  return to.map((end, i) => {
    const start = from[i] as number;
    return start + share * (end - start);
  });
}

function isSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i] && !(Number.isNaN(a[i]) && Number.isNaN(b[i]))) return false;
  }
  return true;
}
