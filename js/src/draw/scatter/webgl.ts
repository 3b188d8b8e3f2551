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

import { channels } from "../color-scales";
import { type Base, baseOf, projection, scaleOf, toData, toScreen, type View } from "./camera";
import type { Marks, Style } from "./marks";
import { canvasSize, type Painter, resize } from "./painter";
import { ACROSS, borrowContext, LEAST, learn, PLACE, STYLE } from "./webgl-context";

/** A picture and from where it was looked at. */
interface Picture {
  canvas: HTMLCanvasElement;
  view: View | undefined;
}

/** One drawing of all marks. */
interface Pass {
  view: View;
  pixels: [width: number, height: number];
  /** How many marks are drawn. */
  done: number;
}

/** Bytes of a mark: four float32, one uint16, and two that round it up. */
const STRIDE = 20;
/** A picture that would be shown so many times larger is left out: nothing is to be seen on it. */
const MOST_LARGER = 64;

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
  const { context } = loan;
  const { gl, program } = context;
  const front = canvas.getContext("2d");
  const buffer = gl.createBuffer();
  const texture = gl.createTexture();
  const target = gl.createRenderbuffer();
  const frame = gl.createFramebuffer();
  const vertices = verticesOf(gl, buffer);
  const uniforms = ["eye", "frame", "ratio"].map((name) => gl.getUniformLocation(program, name));

  let ended = false;
  let points: ArrayLike<number> = new Float32Array(0);
  let base: Base = { x: 0, y: 0, unit: 1 };
  let marks: Marks = { cells: new Uint32Array(0), styles: new Uint16Array(0) };
  let styles: Style[] = [];
  let uploaded = 0; // marks that the card has
  let decorated: Style[] | undefined; // the styles that the card has
  let view: View | undefined;
  let kept: Picture = { canvas: document.createElement("canvas"), view: undefined };
  let rising: Picture = { canvas: document.createElement("canvas"), view: undefined };
  let pass: Pass | undefined;
  let isOld = true; // the kept picture does not show what is known by now
  let isOther = true; // nor where the cells are by now
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let copiedAt = 0;
  let movedAt = 0;
  let isAsked = false;

  const upload = (to: number) => {
    if (to <= uploaded) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    if (uploaded === 0)
      gl.bufferData(gl.ARRAY_BUFFER, marks.cells.length * STRIDE, gl.DYNAMIC_DRAW);
    gl.bufferSubData(gl.ARRAY_BUFFER, uploaded * STRIDE, packed(points, base, marks, uploaded, to));
    uploaded = to;
  };
  const decorate = () => {
    if (decorated === styles) return;
    decorated = styles;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    const rows = Math.ceil(Math.max(1, styles.length) / ACROSS);
    const looks = looksOf(styles, rows * ACROSS);
    const [inside, format, type] = [gl.RG32UI, gl.RG_INTEGER, gl.UNSIGNED_INT];
    gl.texImage2D(gl.TEXTURE_2D, 0, inside, ACROSS, rows, 0, format, type, looks);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
  };
  const begin = (from: View): Pass => {
    const { pixels } = canvasSize(from);
    const [width, height] = pixels;
    loan.fit(width, height);
    decorate();
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.bindRenderbuffer(gl.RENDERBUFFER, target);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, target);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    isOld = false;
    return { view: from, pixels, done: 0 };
  };
  /** Ask the card for the next marks; all that is not the painter's own is set anew: others draw too. */
  const slice = (now: Pass, to: number) => {
    upload(to);
    const [width, height] = now.pixels;
    const { css } = canvasSize(now.view);
    const { eye, scale, offset } = projection(now.view, base, css[0], css[1]);
    gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
    gl.viewport(0, 0, width, height);
    gl.useProgram(program);
    gl.bindVertexArray(vertices);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    const [toEye = null, toFrame = null, toRatio = null] = uniforms;
    gl.uniform4f(toEye, ...eye[0], ...eye[1]);
    gl.uniform4f(toFrame, ...scale, ...offset);
    gl.uniform1f(toRatio, width / css[0]);
    gl.drawArrays(gl.POINTS, now.done, to - now.done);
    now.done = to;
  };
  /** Copy what is drawn so far to a canvas that nothing else draws on. */
  const copy = ({ view: from, pixels: [width, height] }: Pass) => {
    const { canvas: shared } = context;
    loan.fit(width, height);
    gl.bindFramebuffer(gl.READ_FRAMEBUFFER, frame);
    gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
    gl.blitFramebuffer(
      ...([0, 0, width, height] as const),
      ...([0, 0, width, height] as const),
      ...([gl.COLOR_BUFFER_BIT, gl.NEAREST] as const),
    );
    rising.view = from;
    copiedAt = performance.now();
    const { canvas: to } = rising;
    [to.width, to.height] = [width, height]; // empties it
    const top = shared.height - height;
    to.getContext("2d")?.drawImage(shared, 0, top, width, height, 0, 0, width, height);
  };
  const finish = () => {
    [kept, rising] = [rising, kept];
    rising.view = pass = undefined;
    isOther = false;
    show();
  };
  /** Put the kept picture where it belongs by now, and what is being drawn where there is none of it. */
  const show = () => {
    if (!front || !view) return;
    if (isOther && kept.view && !rising.view) return; // it shows other places: rather as it was
    const size = canvasSize(view);
    resize(canvas, size);
    front.clearRect(0, 0, canvas.width, canvas.height);
    const ratio = size.pixels[0] / size.css[0];
    const hole = isOther ? undefined : boxOf(kept, view, ratio);
    if (rising.view) {
      front.save();
      front.beginPath();
      front.rect(0, 0, canvas.width, canvas.height);
      if (hole) front.rect(...hole);
      front.clip("evenodd");
      draw(rising, view, ratio);
      front.restore();
    }
    if (hole) draw(kept, view, ratio);
  };
  const draw = (picture: Picture, now: View, ratio: number) => {
    const box = boxOf(picture, now, ratio);
    if (box) front?.drawImage(picture.canvas, ...box);
  };
  /** Go on with the picture, or begin the next one. */
  const go = () => {
    isAsked = false;
    if (ended || gl.isContextLost()) return;
    if (!pass && (!view || !isOld)) return;
    pass ??= begin(view as View);
    const { length } = marks.cells;
    const left = length - pass.done;
    const isQuick = pass.done === 0 && left <= context.quick;
    const asked = isQuick ? left : Math.min(left, isMoving() ? LEAST : context.pace);
    const begun = signalOf(gl);
    slice(pass, pass.done + asked);
    const done = signalOf(gl);
    gl.flush();
    const watched = isQuick ? undefined : pass;
    if (isQuick) {
      copy(pass);
      finish();
    }
    let at = performance.now(); // when the card came to it: it has other work too
    let isBegun = false;
    const look = () => {
      waiting = undefined;
      if (ended || gl.isContextLost()) return;
      const now = performance.now();
      if (!done()) {
        if (!isBegun && begun()) [isBegun, at] = [true, now];
        waiting = setTimeout(look, 2);
        return;
      }
      learn(context, asked, now - at);
      if (watched && watched === pass) goOn(pass);
      go();
    };
    waiting = setTimeout(look, 2);
  };
  /** Whether there is a place on the picture for what is drawn so far; to show it takes time too. */
  const isWanted = () =>
    performance.now() - copiedAt > OFTEN && (isOther || !isSameView(kept.view, view));
  /** A slice is drawn: show it where it is wanted, end the pass or give it up for a better one. */
  const goOn = (now: Pass) => {
    const { length } = marks.cells;
    if (now.done >= length) {
      copy(now);
      finish();
    } else if (isWanted()) {
      copy(now);
      show();
    }
    if (!isMoving() && !isSameView(now.view, view) && now.done < length / 2) pass = undefined;
  };
  const isMoving = () => performance.now() - movedAt < REST;
  const ask = () => {
    if (isAsked || waiting !== undefined) return;
    isAsked = true;
    queueMicrotask(go); // after all that is said in this frame
  };
  const forget = () => {
    pass = undefined;
    rising.view = undefined;
    isOld = true;
    ask();
  };
  return {
    remark: "",
    place(newPoints, newMarks, newStyles) {
      isOther ||= newPoints !== points;
      if (newPoints !== points && view) base = baseOf(newPoints, view.extent);
      [points, marks, styles] = [newPoints, newMarks, newStyles];
      uploaded = 0;
      forget();
    },
    decorate(newStyles) {
      const isZoom = newStyles.every((style, i) => isSameColor(style, styles[i]));
      styles = newStyles;
      isOld = true;
      if (isZoom)
        ask(); // a picture that is being drawn is a good one
      else forget();
    },
    look(next) {
      if (isSameView(view, next)) return;
      view = next;
      movedAt = performance.now();
      isOld = true;
      if (marks.cells.length > context.quick) show();
      ask();
    },
    end() {
      if (ended) return;
      ended = true;
      clearTimeout(waiting);
      gl.deleteBuffer(buffer);
      gl.deleteTexture(texture);
      gl.deleteRenderbuffer(target);
      gl.deleteFramebuffer(frame);
      gl.deleteVertexArray(vertices);
      loan.giveBack();
    },
  };
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

function verticesOf(gl: WebGL2RenderingContext, buffer: WebGLBuffer): WebGLVertexArrayObject {
  const vertices = gl.createVertexArray();
  gl.bindVertexArray(vertices);
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.enableVertexAttribArray(PLACE);
  gl.vertexAttribPointer(PLACE, 4, gl.FLOAT, false, STRIDE, 0);
  gl.enableVertexAttribArray(STYLE);
  gl.vertexAttribIPointer(STYLE, 1, gl.UNSIGNED_SHORT, STRIDE, 16);
  gl.bindVertexArray(null);
  return vertices;
}

/** Marks as the card takes them. */
function packed(
  points: ArrayLike<number>,
  { x, y, unit }: Base,
  marks: Marks,
  from: number,
  to: number,
): ArrayBuffer {
  const bytes = new ArrayBuffer((to - from) * STRIDE);
  const [places, styles] = [new Float32Array(bytes), new Uint16Array(bytes)];
  for (let i = from, at = 0; i < to; i++, at++) {
    const cell = marks.cells[i] as number;
    const right = ((points[2 * cell] as number) - x) / unit;
    const up = ((points[2 * cell + 1] as number) - y) / unit;
    const place = 5 * at;
    places[place] = right;
    places[place + 1] = up;
    places[place + 2] = right - (places[place] as number);
    places[place + 3] = up - (places[place + 1] as number);
    styles[10 * at + 8] = marks.styles[i] as number;
  }
  return bytes;
}

/** Styles as the card takes them: red, green, blue and opacity in a byte each, and a diameter. */
function looksOf(styles: readonly Style[], room: number): Uint32Array {
  const looks = new Uint32Array(2 * room);
  const [bytes, sizes] = [new Uint8Array(looks.buffer), new Float32Array(looks.buffer)];
  styles.forEach(({ color, opacity, size }, i) => {
    bytes.set([...channels(color), Math.round(255 * opacity)], 8 * i);
    sizes[2 * i + 1] = size;
  });
  return looks;
}

/** Where a picture stands when it is looked at from elsewhere: x, y, width, height in device pixels. */
function boxOf({ canvas, view: from }: Picture, now: View, ratio: number): Box | undefined {
  if (!from) return undefined;
  const [x, y] = toScreen(now, toData(from, [0, 0]));
  const factor = scaleOf(now) / scaleOf(from);
  if (factor > MOST_LARGER) return undefined;
  return [x * ratio, y * ratio, canvas.width * factor, canvas.height * factor];
}
type Box = [x: number, y: number, width: number, height: number];

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
