/**
 * Draws marks with WebGL 2, a few at a time where they are many, and never waits for the card.
 *
 * Marks are drawn into a frame of their own off the page, in slices that take the card a moment each.
 * A finished picture is copied to a canvas that is kept; what a person sees is that picture, moved to
 * where it belongs by now, so a hand that pans a million cells on a machine without a graphics card
 * pans at once. What comes into sight meanwhile is shown as far as it is drawn. Few marks, or a fast
 * card: all of it happens within the frame. The visible canvas always holds what was shown last; a new
 * size never empties it, and it outlives a lost context.
 */

import { type Base, baseOf, type View } from "./camera";
import type { Style } from "./marks";
import type { Painter } from "./painter";
import { borrowContext, LEAST, type Loan, learn } from "./webgl-context";
import { type CardMarks, cardMarks, type Pass } from "./webgl-marks";
import { type Pictures, twoPictures } from "./webgl-pictures";

/** Milliseconds without a move after which a picture from elsewhere is not worth its time. */
const REST = 150;
/** Milliseconds between two looks at a picture that is being drawn. */
const OFTEN = 250;

/** Make a painter on `canvas`; nothing where there is no WebGL 2. `onLost` runs if the context goes. */
export function createWebglPainter(
  canvas: HTMLCanvasElement,
  onLost: () => void,
): Painter | undefined {
  const loan = borrowContext(onLost);
  if (!loan) return undefined;
  const marks = cardMarks(loan);
  const pictures = twoPictures(canvas);
  const drawing = drawingOf(loan, marks, pictures);
  let points: ArrayLike<number> = new Float32Array(0);
  let base: Base = { x: 0, y: 0, unit: 1 };
  let ended = false;
  return {
    remark: "",
    place(newPoints, newMarks, styles) {
      const { view } = drawing;
      if (newPoints !== points) drawing.isOutdated = true;
      if (newPoints !== points && view) base = baseOf(newPoints, view.extent);
      points = newPoints;
      drawing.styles = styles;
      drawing.nMarks = newMarks.cells.length;
      marks.place(points, base, newMarks);
      drawing.restart();
    },
    decorate(styles) {
      const isZoom = styles.every((style, i) => isSameColor(style, drawing.styles[i]));
      drawing.styles = styles;
      if (isZoom)
        drawing.renew(); // a picture that is being drawn is a good one
      else drawing.restart();
    },
    look(view) {
      if (!isSameView(drawing.view, view)) drawing.look(view);
    },
    end() {
      if (ended) return;
      ended = true;
      drawing.end();
      marks.free();
      loan.giveBack();
    },
  };
}

/** The drawing of marks over time. */
interface Drawing {
  styles: Style[];
  nMarks: number;
  /** Whether the finished picture shows cells at other places. */
  isOutdated: boolean;
  readonly view: View | undefined;
  /** Look from elsewhere. */
  look(view: View): void;
  /** Draw another picture after the one that is being drawn. */
  renew(): void;
  /** Forget what is being drawn and begin again. */
  restart(): void;
  end(): void;
}

function drawingOf({ context }: Loan, marks: CardMarks, pictures: Pictures): Drawing {
  const { gl } = context;
  let view: View | undefined;
  let pass: Pass | undefined;
  let isOld = true; // the finished picture does not show what is known by now
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let copiedAt = 0;
  let movedAt = 0;
  let isAsked = false;
  let ended = false;

  const isMoving = () => performance.now() - movedAt < REST;
  const show = () => {
    if (view) pictures.show(view, drawing.isOutdated);
  };
  const copy = (from: Pass) => {
    copiedAt = performance.now();
    marks.copy(from, pictures.draft(from.view));
  };
  const finish = (from: Pass) => {
    copy(from);
    pictures.finish();
    pass = undefined;
    drawing.isOutdated = false;
    show();
  };
  /** Go on with the picture, or begin the next one. */
  const go = () => {
    isAsked = false;
    if (ended || gl.isContextLost()) return;
    if (!pass && (!view || !isOld)) return;
    pass ??= begin(view as View);
    const left = drawing.nMarks - pass.done;
    const isQuick = pass.done === 0 && left <= context.quick;
    const asked = isQuick ? left : Math.min(left, isMoving() ? LEAST : context.pace);
    const begun = signalOf(gl);
    marks.draw(pass, pass.done + asked);
    const done = signalOf(gl);
    gl.flush();
    const watched = isQuick ? undefined : pass;
    if (isQuick) finish(pass);
    const afterSlice = (ms: number) => {
      learn(context, asked, ms);
      if (watched && watched === pass) goOn(pass);
      go();
    };
    const isOver = () => {
      waiting = undefined;
      return ended || gl.isContextLost();
    };
    const wait = (timer: ReturnType<typeof setTimeout>) => {
      waiting = timer;
    };
    poll({ begun, done, isOver, afterSlice, wait });
  };
  const begin = (from: View) => {
    isOld = false;
    return marks.begin(from, drawing.styles);
  };
  /** Whether there is room on the picture for what is drawn so far; to show it takes time too. */
  const isWanted = () =>
    performance.now() - copiedAt > OFTEN &&
    (drawing.isOutdated || !isSameView(pictures.finishedView, view));
  /** A slice is drawn: show it where it is wanted, end the pass or drop it for a better one. */
  const goOn = (now: Pass) => {
    if (now.done >= drawing.nMarks) finish(now);
    else if (isWanted()) {
      copy(now);
      show();
    }
    if (!isMoving() && !isSameView(now.view, view) && now.done < drawing.nMarks / 2)
      pass = undefined;
  };
  const ask = () => {
    if (isAsked || waiting !== undefined) return;
    isAsked = true;
    queueMicrotask(go); // after all that is said in this frame
  };
  const drawing: Drawing = {
    styles: [],
    nMarks: 0,
    isOutdated: true,
    get view() {
      return view;
    },
    look(next) {
      view = next;
      movedAt = performance.now();
      if (drawing.nMarks > context.quick) show();
      drawing.renew();
    },
    renew() {
      isOld = true;
      ask();
    },
    restart() {
      pass = undefined;
      pictures.forgetDraft();
      drawing.renew();
    },
    end() {
      ended = true;
      clearTimeout(waiting);
    },
  };
  return drawing;
}

/** Ask every 2 ms whether the card is done with a slice, and measure from when it began. */
function poll(slice: {
  begun(): boolean;
  done(): boolean;
  isOver(): boolean;
  afterSlice(ms: number): void;
  wait(timer: ReturnType<typeof setTimeout>): void;
}): void {
  let at = performance.now(); // when the card came to it: it has other work too
  let isBegun = false;
  const look = () => {
    if (slice.isOver()) return;
    const now = performance.now();
    if (slice.done()) return slice.afterSlice(now - at);
    if (!isBegun && slice.begun()) [isBegun, at] = [true, now];
    slice.wait(setTimeout(look, 2));
  };
  slice.wait(setTimeout(look, 2));
}

/** Whether all that was asked for so far is done; to be asked in a later task. */
function signalOf(gl: WebGL2RenderingContext): () => boolean {
  const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
  return () => {
    if (!fence || gl.getSyncParameter(fence, gl.SYNC_STATUS) !== gl.SIGNALED) return !fence;
    gl.deleteSync(fence);
    return true;
  };
}

const isSameColor = (a: Style, b: Style | undefined): boolean =>
  a.color === b?.color && a.opacity === b.opacity;

const isSameView = (a: View | undefined, b: View | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.width === b.width &&
    a.height === b.height &&
    a.extent === b.extent &&
    a.inset === b.inset &&
    a.camera.x === b.camera.x &&
    a.camera.y === b.camera.y &&
    a.camera.zoom === b.camera.zoom);
