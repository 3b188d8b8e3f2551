/** What a scatter needs to draw its marks: WebGL, or a plain canvas. */
import type { View } from "./camera";
import type { Marks, Style } from "./marks";

/** Draws marks on one canvas; each call replaces what the last one said. */
export interface Painter {
  /** What a person should know about this way of drawing; empty if nothing. */
  readonly remark: string;
  /** New places (n x 2, data coordinates of the view that was looked at last), marks and styles. */
  place(points: ArrayLike<number>, marks: Marks, styles: Style[]): void;
  /** The same marks in new styles. */
  decorate(styles: Style[]): void;
  /** The same picture from another side or in another size. */
  look(view: View): void;
  /** Let go of everything. */
  end(): void;
}

/** A canvas in whole device pixels, an even number of them, and the CSS size that makes. */
export interface CanvasSize {
  pixels: [width: number, height: number];
  css: [width: number, height: number];
}

/** The size of the canvas for a view; at most a pixel smaller than the view. */
export function canvasSize({ width, height }: View): CanvasSize {
  const ratio = globalThis.devicePixelRatio || 1;
  const even = (length: number) => Math.max(2, 2 * Math.floor((length * ratio) / 2));
  const pixels: CanvasSize["pixels"] = [even(width), even(height)];
  return { pixels, css: [pixels[0] / ratio, pixels[1] / ratio] };
}

/** Give a canvas its size; that empties it, so only where it has another one. */
export function resize(canvas: HTMLCanvasElement, { pixels, css }: CanvasSize): void {
  if (canvas.width !== pixels[0]) canvas.width = pixels[0];
  if (canvas.height !== pixels[1]) canvas.height = pixels[1];
  canvas.style.width = `${css[0]}px`;
  canvas.style.height = `${css[1]}px`;
}
