/** Work that looks through all cells: their marks, and an index to find the nearest one. */
import { atOnce, inPieces, type Steps } from "../time-slices";
import { arranging, type Cells, type Marks } from "./marks";
import { type Nearest, sorting } from "./nearest";
import type { Scene } from "./scene";

const NO_CELLS: Cells = new Uint32Array(0);
/** More cells than this are looked through in pieces. */
const AT_ONCE = 50_000;

/** Work on a scene: within this frame, or soon where there are many cells. */
export interface Background {
  /** The marks of the scene; `undefined` while they are being arranged, which this begins. */
  marks(scene: Scene): Marks | undefined;
  /** The index of the scene's cells; `undefined` while it is being made, which this begins. */
  nearest(scene: Scene): Nearest | undefined;
  /** The marks are of another scene now. */
  forgetMarks(): void;
  /** The cells have other places. */
  forgetPlaces(): void;
}

/** Prepare; `onMarks` runs when marks are there, at once or later. */
export function backgroundWork(onMarks: () => void): Background {
  const marks = started(
    (scene: Scene) =>
      arranging({
        points: scene.points,
        layers: scene.layers,
        groups: [scene.group1?.cells ?? NO_CELLS, scene.group2?.cells ?? NO_CELLS],
        pending: scene.pending?.cells ?? NO_CELLS,
      }),
    onMarks,
  );
  const nearest = started(
    (scene: Scene) => sorting(scene.points),
    () => {},
  );
  return {
    marks: marks.get,
    nearest: nearest.get,
    forgetMarks: marks.forget,
    forgetPlaces: nearest.forget,
  };
}

/** A result that is computed when it is first asked for, and again once it was forgotten. */
function started<T>(steps: (scene: Scene) => Steps<T>, onResult: () => void) {
  let result: T | undefined;
  let end: (() => void) | undefined;
  return {
    get(scene: Scene): T | undefined {
      if (end) return result;
      const keep = (found: T) => {
        result = found;
        onResult();
      };
      if (scene.points.length > 2 * AT_ONCE) end = inPieces(steps(scene), keep);
      else {
        end = () => {};
        keep(atOnce(steps(scene)));
      }
      return result;
    },
    forget() {
      end?.();
      result = end = undefined;
    },
  };
}
