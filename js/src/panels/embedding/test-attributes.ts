/** A scatter that says on the page what it shows and from where, for whoever drives it from outside. */
import { toData } from "../../draw/scatter/camera";
import type { Scatter } from "../../draw/scatter/scatter";

/**
 * The same scatter. `data-drawn` on its canvas is the number of cells on the picture; `data-view` on
 * its element is [x0, y0, x1, y1], the data coordinates at its lower left and its upper right corner.
 */
export function telling(scatter: Scatter, ended: AbortSignal): Scatter {
  const { el, surface } = scatter;
  const canvas = el.querySelector("canvas") as HTMLCanvasElement;
  let frame = 0;
  const tell = () => {
    frame = 0;
    const { view, scene } = scatter;
    if (!view) return;
    canvas.dataset.drawn = String(nPlaced(scene.points));
    const corners = [...toData(view, [0, view.height]), ...toData(view, [view.width, 0])];
    el.dataset.view = JSON.stringify(corners);
  };
  const soon = () => {
    frame ||= requestAnimationFrame(tell); // asked for after the scatter's own frame
  };
  const observer = globalThis.ResizeObserver ? new ResizeObserver(soon) : undefined;
  observer?.observe(el);
  ended.addEventListener(
    "abort",
    () => {
      observer?.disconnect();
      cancelAnimationFrame(frame);
    },
    { once: true },
  );
  return {
    el,
    surface,
    draft: scatter.draft,
    mark: scatter.mark,
    cellAt: scatter.cellAt,
    get scene() {
      return scatter.scene;
    },
    get view() {
      return scatter.view;
    },
    show(changes) {
      scatter.show(changes);
      soon();
    },
    look(camera) {
      scatter.look(camera);
      soon();
    },
    fit(cells) {
      scatter.fit(cells);
      soon();
    },
    zoom(factor, at) {
      scatter.zoom(factor, at);
      soon();
    },
  };
}

const counted = new WeakMap<object, number>();

/** How many cells have a place; those without finite coordinates have none. */
function nPlaced(points: Float32Array | Float64Array): number {
  let n = counted.get(points);
  if (n === undefined) {
    n = 0;
    for (let i = 0; i + 1 < points.length; i += 2) {
      if (Number.isFinite(points[i]) && Number.isFinite(points[i + 1])) n++;
    }
    counted.set(points, n);
  }
  return n;
}
