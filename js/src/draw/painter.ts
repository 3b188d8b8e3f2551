/** What a scatter needs from whoever draws its marks: WebGL, or a plain canvas. */
import type { View } from "./camera";
import type { Marks, Style } from "./marks";

/** Draws marks on one canvas; each call replaces what the last one said. */
export interface Painter {
  /** What a person should know about this way of drawing; empty if nothing. */
  readonly remark: string;
  /** New places (n x 2, normalised), marks and styles. */
  place(points: Float32Array, marks: Marks, styles: Style[]): void;
  /** The same marks in new styles. */
  dress(styles: Style[]): void;
  /** The same picture from another side or in another size. */
  look(view: View): void;
  /** Let go of everything. */
  end(): void;
}

/** The canvas in whole device pixels, an even number of them, and the CSS size that makes. */
export function canvasSize({ width, height }: View): {
  pixels: [number, number];
  css: [number, number];
} {
  const ratio = globalThis.devicePixelRatio || 1;
  const even = (length: number) => Math.max(2, 2 * Math.floor((length * ratio) / 2));
  const pixels: [number, number] = [even(width), even(height)];
  return { pixels, css: [pixels[0] / ratio, pixels[1] / ratio] };
}
