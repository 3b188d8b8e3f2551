/**
 * Draws marks with regl-scatterplot, which is used for nothing else: camera, pointer and selection are
 * ours, so that data coordinates stay in float64 and no listener of its own ever sees an event.
 *
 * It draws into a canvas off the page; each finished picture is copied to the visible one. So a new size
 * never shows an empty canvas, and the last picture outlives a lost context.
 */
import createScatterplot, { createSpatialIndex } from "regl-scatterplot";
import { viewMatrix } from "./camera";
import type { Marks, Style } from "./marks";
import { type CanvasSize, canvasSize, type Painter, resize } from "./painter";
import { borrowRenderer } from "./renderer";

interface Picture {
  points: Float32Array;
  marks: Marks;
  styles: Style[];
}

/** regl-scatterplot would sort the points into a tree for each draw; given any tree, it does not. */
let tree: Promise<ArrayBuffer> | undefined;

/** Make a painter on `canvas`; nothing where there is no WebGL. `onLost` runs if the context goes. */
export function createWebglPainter(
  canvas: HTMLCanvasElement,
  onLost: () => void,
): Painter | undefined {
  const loan = borrowRenderer(onLost);
  if (!loan) return undefined;
  const attic = document.createElement("div"); // its lasso buttons, which are never shown
  const back = document.createElement("canvas");
  const plot = createScatterplot({
    renderer: loan.renderer,
    canvas: back,
    colorBy: "category",
    opacityBy: "category",
    sizeBy: "category",
    pointScaleMode: "constant",
    cameraIsFixed: true,
    deselectOnDblClick: false,
    deselectOnEscape: false,
    lassoInitiatorParentElement: attic,
    lassoLongPressIndicatorParentElement: attic,
    width: 2,
    height: 2,
  });
  let ended = false;
  let drawing = false;
  let waiting: Picture | undefined;
  let size: CanvasSize = { pixels: [2, 2], css: [2, 2] };
  let serial = 0;

  const front = canvas.getContext("2d");
  plot.subscribe("drawing", () => {
    resize(canvas, size);
    front?.clearRect(0, 0, canvas.width, canvas.height);
    front?.drawImage(back, 0, 0);
  });

  const dress = (styles: Style[]) => {
    // its setters take arrays with the same values in another order for the same: the last one differs
    serial = (serial + 1) % 1000;
    const mark = serial / 1000;
    void plot.set({
      pointColor: styles.map((style) => style.color),
      opacity: [...styles.map((style) => style.opacity), mark],
      pointSize: [...styles.map((style) => style.size), 1 + mark],
    });
  };
  const draw = async () => {
    if (drawing) return; // it refuses to draw while it draws
    drawing = true;
    while (waiting && !ended) {
      tree ??= createSpatialIndex([[0, 0]]);
      const spatialIndex = await tree;
      const picture: Picture | undefined = waiting;
      if (ended || !picture) break;
      waiting = undefined;
      dress(picture.styles);
      await plot.draw(rowsOf(picture), { zDataType: "categorical", spatialIndex });
    }
    drawing = false;
  };
  return {
    remark: "",
    place(points, marks, styles) {
      waiting = { points, marks, styles };
      void draw();
    },
    dress(styles) {
      if (waiting) waiting.styles = styles;
      else dress(styles);
    },
    look(view) {
      const before = size.pixels.join();
      size = canvasSize(view);
      const [width, height] = size.css;
      if (size.pixels.join() !== before) {
        loan.fit(...size.pixels);
        // a canvas cuts what stands behind the comma
        void plot.set({ width: width + 0.001, height: height + 0.001 });
      }
      plot.view(Array.from(viewMatrix(view, width, height)));
    },
    end() {
      if (ended) return;
      ended = true;
      waiting = undefined;
      plot.destroy();
      loan.giveBack();
    },
  };
}

/** One row a mark: x, y, style. An empty picture keeps one mark that cannot be seen. */
function rowsOf({ points, marks, styles }: Picture): number[][] {
  const rows: number[][] = new Array(marks.cells.length);
  for (let i = 0; i < rows.length; i++) {
    const cell = marks.cells[i] as number;
    rows[i] = [
      points[2 * cell] as number,
      points[2 * cell + 1] as number,
      marks.styles[i] as number,
      0,
    ];
  }
  return rows.length > 0 ? rows : [[9, 9, styles.length - 1, 0]];
}
