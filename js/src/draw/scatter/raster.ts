/** Draws marks pixel by pixel, where there is no WebGL; a sample of them when they are many. */
import { count } from "../../ui/format";
import { channels } from "../color-scales";
import { middleOf, scaleOf, type View } from "./camera";
import type { Marks, Style } from "./marks";
import { canvasSize, type Painter, resize } from "./painter";

/** More cells than this are too many to drag. */
const MOST_CELLS = 50_000;

/** A disc as pixels: offsets from its middle, and how much of each it covers. */
interface Disc {
  red: number;
  green: number;
  blue: number;
  reach: number;
  /** dx, dy, cover; three numbers a pixel. */
  pixels: Float32Array;
}

/** Make a painter on `canvas` that needs nothing but a 2-D context. */
export function createRasterPainter(canvas: HTMLCanvasElement): Painter {
  const context = canvas.getContext("2d");
  let points: ArrayLike<number> = new Float32Array(0);
  let marks: Marks = { cells: new Uint32Array(0), styles: new Uint16Array(0) };
  let styles: Style[] = [];
  let view: View | undefined;
  let frame = 0;

  const draw = () => {
    frame = 0;
    if (!context || !view) return;
    const size = canvasSize(view);
    resize(canvas, size);
    const [width, height] = size.pixels;
    const image = context.createImageData(width, height);
    const { data } = image;
    const behind = channels(getComputedStyle(canvas.parentElement ?? canvas).backgroundColor);
    new Uint32Array(data.buffer).fill(rgbaWord(behind));
    const ratio = width / size.css[0];
    const [x0, y0] = middleOf(view);
    const { camera } = view;
    const scale = scaleOf(view);
    const share = MOST_CELLS / (points.length / 2);
    const discs = styles.map((style) => discOf(style, ratio));
    for (let i = 0; i < marks.cells.length; i++) {
      const cell = marks.cells[i] as number;
      const disc = discs[marks.styles[i] as number];
      if (!disc || !isKept(cell, share)) continue;
      const x = Math.round((x0 + scale * ((points[2 * cell] as number) - camera.x)) * ratio - 0.5);
      const away = (points[2 * cell + 1] as number) - camera.y;
      const y = Math.round((y0 - scale * away) * ratio - 0.5);
      const { reach } = disc;
      if (x < reach || y < reach || x >= width - reach || y >= height - reach) continue;
      stamp(data, 4 * (y * width + x), 4 * width, disc);
    }
    context.putImageData(image, 0, 0);
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
      [points, marks, styles] = [newPoints, newMarks, newStyles];
      soon();
    },
    decorate(newStyles) {
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

/** Four bytes as this machine stores them. */
const rgbaWord = (color: [number, number, number]): number =>
  new Uint32Array(Uint8Array.of(...color, 255).buffer)[0] ?? 0;

function discOf({ color, size, opacity }: Style, ratio: number): Disc {
  const [red, green, blue] = channels(color);
  const radius = (size * ratio) / 2;
  const reach = Math.ceil(radius);
  const pixels: number[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      const cover = Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
      if (cover > 0) pixels.push(dx, dy, cover * opacity);
    }
  }
  return { red, green, blue, reach, pixels: Float32Array.from(pixels) };
}

function stamp(
  data: Uint8ClampedArray,
  middle: number,
  rowLength: number,
  { red, green, blue, pixels }: Disc,
): void {
  for (let i = 0; i < pixels.length; i += 3) {
    const at = middle + 4 * (pixels[i] as number) + rowLength * (pixels[i + 1] as number);
    const cover = pixels[i + 2] as number;
    const r = data[at] as number;
    const g = data[at + 1] as number;
    const b = data[at + 2] as number;
    data[at] = r + (red - r) * cover;
    data[at + 1] = g + (green - g) * cover;
    data[at + 2] = b + (blue - b) * cover;
  }
}
