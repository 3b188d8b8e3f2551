/** A scatter that says on the page what it shows and from where, for tests that drive it from outside. */
import { nPlaced, toData } from "../../draw/scatter/camera";
import type { Scatter } from "../../draw/scatter/scatter";

/**
 * The same scatter. `data-drawn` on its canvas is the number of cells on the picture; `data-view` on
 * its element is [x0, y0, x1, y1], the data coordinates at its lower left and its upper right corner.
 */
export function withTestAttributes(scatter: Scatter, ended: AbortSignal): Scatter {
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
