/** The last finished picture of the marks and the one that is being drawn, on the visible canvas. */
import { scaleOf, toData, toScreen, type View } from "./camera";
import { canvasSize, resize } from "./painter";

/** A picture and from where it was looked at. */
interface Picture {
  canvas: HTMLCanvasElement;
  view: View | undefined;
}

/** A picture that would be shown so many times larger is left out: nothing is to be seen on it. */
const MAX_LARGER = 64;

/** Two pictures, of which parts are shown. */
export interface Pictures {
  /** From where the finished picture was looked at. */
  readonly finishedView: View | undefined;
  /** The canvas for the picture that is being drawn, from `view`. */
  draft(view: View): HTMLCanvasElement;
  forgetDraft(): void;
  /** The draft is complete: it takes the place of the finished picture. */
  finish(): void;
  /**
   * Put the finished picture where it belongs by now, and the draft where there is none of it.
   * `isOutdated`: the finished picture shows other places, and serves only until there is a draft.
   */
  show(view: View, isOutdated: boolean): void;
}

/** Make two pictures for a visible canvas. */
export function twoPictures(canvas: HTMLCanvasElement): Pictures {
  const front = canvas.getContext("2d");
  let finished: Picture = { canvas: document.createElement("canvas"), view: undefined };
  let draft: Picture = { canvas: document.createElement("canvas"), view: undefined };
  const draw = (picture: Picture, now: View, ratio: number) => {
    const box = boxOf(picture, now, ratio);
    if (box) front?.drawImage(picture.canvas, ...box);
  };
  return {
    get finishedView() {
      return finished.view;
    },
    draft(view) {
      draft.view = view;
      return draft.canvas;
    },
    forgetDraft() {
      draft.view = undefined;
    },
    finish() {
      [finished, draft] = [draft, finished];
      draft.view = undefined;
    },
    show(view, isOutdated) {
      if (!front) return;
      if (isOutdated && finished.view && !draft.view) return; // rather as it was
      const size = canvasSize(view);
      resize(canvas, size);
      front.clearRect(0, 0, canvas.width, canvas.height);
      const ratio = size.pixels[0] / size.css[0];
      const hole = isOutdated ? undefined : boxOf(finished, view, ratio);
      if (draft.view) {
        front.save();
        front.beginPath();
        front.rect(0, 0, canvas.width, canvas.height);
        if (hole) front.rect(...hole);
        front.clip("evenodd");
        draw(draft, view, ratio);
        front.restore();
      }
      if (hole) draw(finished, view, ratio);
    },
  };
}

/** Where a picture belongs in another view: x, y, width, height in device pixels. */
function boxOf({ canvas, view: from }: Picture, now: View, ratio: number): Box | undefined {
  if (!from) return undefined;
  const [x, y] = toScreen(now, toData(from, [0, 0]));
  const factor = scaleOf(now) / scaleOf(from);
  if (factor > MAX_LARGER) return undefined;
  return [x * ratio, y * ratio, canvas.width * factor, canvas.height * factor];
}
type Box = [x: number, y: number, width: number, height: number];
