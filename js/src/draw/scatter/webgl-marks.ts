/** Marks on the graphics card: uploads them, draws them off the page in slices, and copies the result. */
import { channels } from "../color-scales";
import { type Base, projection, type View } from "./camera";
import type { Marks, Style } from "./marks";
import { canvasSize } from "./painter";
import { ACROSS, type Loan, PLACE, STYLE } from "./webgl-context";

/** Bytes of a mark: four float32, one uint16, and two that round it up. */
const STRIDE = 20;

/** One drawing of all marks. */
export interface Pass {
  view: View;
  pixels: [width: number, height: number];
  /** How many marks are drawn. */
  done: number;
}

/** The marks that the card has or is to have. */
export interface CardMarks {
  /** Other marks; `base` is where their coordinates count from. */
  place(points: ArrayLike<number>, base: Base, marks: Marks): void;
  /** Begin a drawing of all marks. */
  begin(view: View, styles: readonly Style[]): Pass;
  /** Ask the card for the marks up to `to`. */
  draw(pass: Pass, to: number): void;
  /** Copy what is drawn so far to a canvas that nothing else draws on. */
  copy(pass: Pass, to: HTMLCanvasElement): void;
  free(): void;
}

/** Prepare the card of a context on loan. */
export function cardMarks(loan: Loan): CardMarks {
  const { gl, program, canvas: shared } = loan.context;
  const buffer = gl.createBuffer();
  const texture = gl.createTexture();
  const target = gl.createRenderbuffer();
  const frame = gl.createFramebuffer();
  const vertices = verticesOf(gl, buffer);
  const uniforms = ["eye", "frame", "ratio"].map((name) => gl.getUniformLocation(program, name));
  let points: ArrayLike<number> = new Float32Array(0);
  let base: Base = { x: 0, y: 0, unit: 1 };
  let marks: Marks = { cells: new Uint32Array(0), styles: new Uint16Array(0) };
  let uploaded = 0; // marks that the card has
  let uploadedStyles: readonly Style[] | undefined;

  const upload = (to: number) => {
    if (to <= uploaded) return;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    if (uploaded === 0)
      gl.bufferData(gl.ARRAY_BUFFER, marks.cells.length * STRIDE, gl.DYNAMIC_DRAW);
    gl.bufferSubData(gl.ARRAY_BUFFER, uploaded * STRIDE, packed(points, base, marks, uploaded, to));
    uploaded = to;
  };
  const uploadStyles = (styles: readonly Style[]) => {
    if (uploadedStyles === styles) return;
    uploadedStyles = styles;
    gl.bindTexture(gl.TEXTURE_2D, texture);
    const rows = Math.ceil(Math.max(1, styles.length) / ACROSS);
    const looks = looksOf(styles, rows * ACROSS);
    const [inside, format, type] = [gl.RG32UI, gl.RG_INTEGER, gl.UNSIGNED_INT];
    gl.texImage2D(gl.TEXTURE_2D, 0, inside, ACROSS, rows, 0, format, type, looks);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    }
  };
  return {
    place(newPoints, newBase, newMarks) {
      [points, base, marks] = [newPoints, newBase, newMarks];
      uploaded = 0;
    },
    begin(view, styles) {
      const { pixels } = canvasSize(view);
      const [width, height] = pixels;
      loan.fit(width, height);
      uploadStyles(styles);
      gl.bindFramebuffer(gl.FRAMEBUFFER, frame);
      gl.bindRenderbuffer(gl.RENDERBUFFER, target);
      gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, target);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      return { view, pixels, done: 0 };
    },
    /** All state that is not the painter's own is set again: others draw in this context too. */
    draw(pass, to) {
      upload(to);
      const [width, height] = pass.pixels;
      const { css } = canvasSize(pass.view);
      const { eye, scale, offset } = projection(pass.view, base, css[0], css[1]);
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
      gl.drawArrays(gl.POINTS, pass.done, to - pass.done);
      pass.done = to;
    },
    copy({ pixels: [width, height] }, to) {
      loan.fit(width, height);
      gl.bindFramebuffer(gl.READ_FRAMEBUFFER, frame);
      gl.bindFramebuffer(gl.DRAW_FRAMEBUFFER, null);
      gl.blitFramebuffer(
        ...([0, 0, width, height] as const),
        ...([0, 0, width, height] as const),
        ...([gl.COLOR_BUFFER_BIT, gl.NEAREST] as const),
      );
      [to.width, to.height] = [width, height]; // empties it
      const top = shared.height - height;
      to.getContext("2d")?.drawImage(shared, 0, top, width, height, 0, 0, width, height);
    },
    free() {
      gl.deleteBuffer(buffer);
      gl.deleteTexture(texture);
      gl.deleteRenderbuffer(target);
      gl.deleteFramebuffer(frame);
      gl.deleteVertexArray(vertices);
    },
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
