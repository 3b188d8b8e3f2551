/**
 * One WebGL 2 context for all scatters of a page, because browsers keep about 16 of them.
 *
 * Each widget brings its own copy of this module, so the context is kept on the page itself, under a
 * name that goes with the program below. It is given back with its last borrower.
 */

/** What draws discs, in a context on loan. */
export interface Context {
  gl: WebGL2RenderingContext;
  /** The canvas of the context, on no page. */
  canvas: HTMLCanvasElement;
  program: WebGLProgram;
  /** Marks that the card is asked for at once when they are many; follows what was measured. */
  pace: number;
  /** So many marks are drawn within a frame. */
  quick: number;
}

/** A context on loan. */
export interface Loan {
  context: Context;
  /** Make sure that pictures of so many device pixels fit. */
  fit(width: number, height: number): void;
  giveBack(): void;
}

interface Shared extends Context {
  /** Runs when the context is lost, and then gives back; one for each borrower. */
  borrowers: Set<() => void>;
  free(): void;
}

/** Attributes of a mark: its place in two parts, and its row in the table of styles. */
export const [PLACE, STYLE] = [0, 1];
/** Styles in one row of their texture. */
export const ACROSS = 256;
/** Before anything was measured: about what a slow machine does without a graphics card. */
const SLOW = { pace: 32_768, quick: 16_384 };

/** The fewest marks of a slice, and how many there are while the hand moves. */
export const LEAST = 32_768;
/** Milliseconds: a slice should not take the card longer, for all else on the page waits for it. */
const LONG = 200;
/** Milliseconds in which a quarter of what a frame holds is drawn. */
const FRAME = 8;

const VERTEX = `#version 300 es
layout(location = ${PLACE}) in vec4 place; // high parts, low parts
layout(location = ${STYLE}) in uint style;
uniform highp usampler2D styles; // color in four bytes, diameter in CSS pixels as a float's bits
uniform vec4 eye; // the middle of the picture: high parts, low parts
uniform vec4 frame; // scale, offset
uniform float ratio;
flat out vec4 color;
flat out float radius;
void main() {
  uvec4 look = texelFetch(styles, ivec2(int(style) % ${ACROSS}, int(style) / ${ACROSS}), 0);
  color = vec4((uvec4(look.x) >> uvec4(0, 8, 16, 24)) & 255u) / 255.0;
  color.rgb *= color.a;
  float diameter = uintBitsToFloat(look.y) * ratio;
  radius = diameter / 2.0;
  gl_PointSize = diameter + 0.5;
  vec2 from = (place.xy - eye.xy) + (place.zw - eye.zw);
  gl_Position = vec4(from * frame.xy + frame.zw, 0.0, 1.0);
}`;
const FRAGMENT = `#version 300 es
precision highp float;
flat in vec4 color;
flat in float radius;
out vec4 pixel;
void main() {
  float away = length(gl_PointCoord - 0.5) * (2.0 * radius + 0.5);
  pixel = color * clamp(2.0 * (radius - away) + 0.5, 0.0, 1.0);
}`;

const KEY = Symbol.for("peakvi_widgets: discs 2");
const page = globalThis as { [KEY]?: Shared | undefined };

/** Borrow the page's context; nothing where the browser has no WebGL 2. Give it back in `onLost`. */
export function borrowContext(onLost: () => void): Loan | undefined {
  page[KEY] ??= createShared();
  const shared = page[KEY];
  if (!shared) return undefined;
  const { canvas, borrowers, free } = shared;
  const lost = () => onLost();
  borrowers.add(lost);
  return {
    context: shared,
    fit(width, height) {
      if (canvas.width < width) canvas.width = width;
      if (canvas.height < height) canvas.height = height;
    },
    giveBack() {
      borrowers.delete(lost);
      if (borrowers.size === 0) free();
    },
  };
}

function createShared(): Shared | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2;
  const gl = canvas.getContext("webgl2", { antialias: false, depth: false, stencil: false });
  const program = gl && programOf(gl);
  if (!program) return undefined;
  const borrowers = new Set<() => void>();
  const isKept = () => page[KEY]?.gl === gl;
  const free = () => {
    if (isKept()) delete page[KEY];
    canvas.removeEventListener("webglcontextlost", lose);
    gl.getExtension("WEBGL_lose_context")?.loseContext();
  };
  const lose = (event: Event) => {
    event.preventDefault();
    if (isKept()) delete page[KEY]; // who borrows next gets a new one
    for (const tell of [...borrowers]) tell();
  };
  canvas.addEventListener("webglcontextlost", lose);
  return { gl, canvas, program, ...SLOW, borrowers, free };
}

/** Learn from so many marks that were drawn in so many milliseconds. */
export function learn(context: Context, marks: number, ms: number): void {
  if (ms > LONG) {
    context.pace = Math.max(LEAST, context.pace / 2);
    context.quick = Math.max(SLOW.quick, context.quick / 2);
  } else if (marks >= context.pace && ms < LONG / 3) context.pace *= 2;
  if (ms < FRAME) context.quick = Math.max(context.quick, 4 * marks);
}

function programOf(gl: WebGL2RenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram();
  for (const [kind, text] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) return undefined;
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
    gl.deleteShader(shader); // it goes with the program
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : undefined;
}
