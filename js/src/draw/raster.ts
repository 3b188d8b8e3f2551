/** Draws marks on a plain canvas, where there is no WebGL; a sample of them when they are many. */
import { count } from "../format";
import { scaleOf, toScreen, type View } from "./camera";
import type { Marks, Style } from "./marks";
import { canvasSize, type Painter } from "./painter";

/** More cells than this make a plain canvas too slow to drag. */
const MOST_CELLS = 50_000;

/** Make a painter on `canvas` that needs nothing but a 2-D context. */
export function createRasterPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext("2d");
  let points = new Float32Array(0);
  let marks: Marks = { cells: new Uint32Array(0), styles: new Uint16Array(0) };
  let styles: Style[] = [];
  let view: View | undefined;
  let frame = 0;

  const draw = () => {
    frame = 0;
    if (!context || !view) return;
    const { pixels, css } = canvasSize(view);
    if (canvas.width !== pixels[0]) canvas.width = pixels[0];
    if (canvas.height !== pixels[1]) canvas.height = pixels[1];
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, ...pixels);
    const ratio = pixels[0] / css[0];
    const { extent } = view;
    const [x0, y0] = toScreen(view, [extent.x, extent.y]);
    const scale = scaleOf(view) * extent.half;
    const share = MOST_CELLS / (points.length / 2);
    const discs = styles.map(() => undefined as HTMLCanvasElement | undefined);
    for (let i = 0; i < marks.cells.length; i++) {
      const cell = marks.cells[i] as number;
      if (!isKept(cell, share)) continue;
      const x = (x0 + scale * (points[2 * cell] as number)) * ratio;
      const y = (y0 - scale * (points[2 * cell + 1] as number)) * ratio;
      if (x < -20 || y < -20 || x > pixels[0] + 20 || y > pixels[1] + 20) continue;
      const index = marks.styles[i] as number;
      const style = styles[index];
      if (!style) continue;
      const disc = discs[index] ?? discOf(style, ratio);
      discs[index] = disc;
      context.globalAlpha = style.opacity;
      context.drawImage(disc, Math.round(x - disc.width / 2), Math.round(y - disc.height / 2));
    }
    context.globalAlpha = 1;
  };
  const soon = () => {
    frame ||= requestAnimationFrame(draw);
  };
  return {
    get remark() {
      const n = points.length / 2;
      const sample = n > MOST_CELLS ? `, ${count(MOST_CELLS)} of ${count(n)} cells shown` : "";
      return `software drawing: no WebGL${sample}`;
    },
    place(newPoints, newMarks, newStyles) {
      [points, marks, styles] = [newPoints as Float32Array<ArrayBuffer>, newMarks, newStyles];
      soon();
    },
    dress(newStyles) {
      styles = newStyles;
      soon();
    },
    look(newView) {
      view = newView;
      soon();
    },
    end: () => cancelAnimationFrame(frame),
  };
}

/** True for about `share` of all cells, the same ones each time and whatever mark they wear. */
export const isKept = (cell: number, share: number): boolean =>
  share >= 1 || (Math.imul(cell, 2654435761) >>> 0) / 2 ** 32 < share;

function discOf({ color, size }: Style, ratio: number): HTMLCanvasElement {
  const disc = document.createElement("canvas");
  disc.width = disc.height = Math.ceil(size * ratio) + 2;
  const context = disc.getContext("2d");
  if (context) {
    context.fillStyle = color;
    context.beginPath();
    context.arc(disc.width / 2, disc.height / 2, (size * ratio) / 2, 0, 2 * Math.PI);
    context.fill();
  }
  return disc;
}
