/**
 * Cells on an embedding: draws them, converts between data and screen, and is looked at from where the
 * person likes. Knows nothing of tools: lasso.ts draws and drags on `surface`.
 */
import { h } from "../../ui/dom";
import { DRAW_NOW } from "../../ui/dom-to-canvas";
import { onTheme } from "../../ui/theme";
import type { Point } from "../polygon";
import { backgroundWork } from "./background";
import {
  type Camera,
  extentOf,
  fitted,
  fittedTo,
  type Inset,
  toData,
  type View,
  zoomed,
} from "./camera";
import { diameter, type Part, sceneDrawing } from "./drawing";
import { followHover } from "./hover";
import { createLabels } from "./labels";
import { type Cells, isSameMarks } from "./marks";
import { createOutlines } from "./outlines";
import { EMPTY_SCENE, placesOf, type Scene } from "./scene";

/** A scatter. */
export interface Scatter {
  el: HTMLElement;
  /** Takes the pointer; tools listen here. */
  surface: HTMLElement;
  readonly scene: Readonly<Scene>;
  /** From where it is looked at now; `undefined` until it has a size. */
  readonly view: View | undefined;
  /** Change some of what is shown; drawn with the next frame. */
  show(changes: Partial<Scene>): void;
  /** Look from elsewhere; drawn with the next frame. */
  look(camera: Camera): void;
  /** Show everything, or some cells. */
  fit(cells?: Cells): void;
  /** Come nearer by a factor, towards a place in CSS pixels or towards the middle. */
  zoom(factor: number, at?: Point): void;
  /** Show the line that is being drawn, in data coordinates; with a radius it is a brush's. */
  draft(line: readonly Point[] | undefined, radius?: number): void;
  /** Show where the cell cursor is, in data coordinates. */
  mark(at: Point | undefined): void;
  /** The cell under a place in CSS pixels, or -1. */
  cellAt(at: Point): number;
}

/** What can be drawn round in: a scatter, or a picture that stays where it is. */
export type Drawable = Pick<Scatter, "surface" | "view" | "draft"> &
  Partial<Pick<Scatter, "look" | "zoom" | "fit">> & { readonly scene: Pick<Scene, "points"> };

/** Make a scatter at the end of `parent`. */
export function createScatter(
  parent: HTMLElement,
  options: {
    ended: AbortSignal;
    /** What a screen reader calls it. */
    label: string;
    inset?: Partial<Inset>;
    /** The cell that the pointer rests on, or -1. */
    onHover?: (cell: number) => void;
  },
): Scatter {
  const { ended, label, onHover } = options;
  const inset = { top: 16, right: 16, bottom: 16, left: 16, ...options.inset };
  const surfaces = surfacesIn(parent, label);
  const { el, canvas, surface, outlines } = surfaces;
  let scene = EMPTY_SCENE;
  let view: View | undefined;
  let camera: Camera | undefined;
  let extent = extentOf(scene.points);
  const background = backgroundWork(() => drawing.request());
  const drawing = sceneDrawing(surfaces, () => ({ scene, view }), background, ended);

  const look = (next: Camera) => {
    camera = next;
    if (view) view = { ...view, camera: next };
    drawing.request();
  };
  const resize = (width: number, height: number) => {
    view = { width, height, inset, extent, camera: camera ?? fitted(extent) };
    drawing.request();
  };
  const cellAt = (at: Point): number => {
    const nearest = view && background.nearest(scene);
    if (!view || !nearest) return -1; // soon
    const [x, y] = toData(view, at);
    const [edge] = toData(view, [at[0] + diameter(scene, view) / 2 + 3, at[1]]);
    return nearest([x, y], edge - x);
  };
  onSize(el, resize, () => drawing.request("styles"), ended);
  surface.addEventListener("pointerenter", () => drawing.request(), { signal: ended });
  const addDrawing = (event: Event) =>
    (event as CustomEvent<unknown[]>).detail.push(drawing.finished());
  canvas.addEventListener(DRAW_NOW, addDrawing, { signal: ended });
  if (onHover) followHover(surface, ended, cellAt, onHover);
  const end = () => {
    background.forgetMarks();
    background.forgetPlaces();
    el.remove();
  };
  ended.addEventListener("abort", end, { once: true });
  return {
    ...{ el, surface, look, cellAt, draft: outlines.draft, mark: outlines.mark },
    get scene() {
      return scene;
    },
    get view() {
      return view;
    },
    show(changes) {
      const before = scene;
      scene = { ...scene, ...changes };
      if (scene.points !== before.points) {
        extent = extentOf(scene.points);
        background.forgetPlaces();
        camera = undefined;
        if (view) view = { ...view, extent, camera: fitted(extent) };
      }
      const parts = changedParts(before, scene);
      if (parts.includes("marks")) background.forgetMarks();
      drawing.request(...parts);
    },
    fit(cells) {
      const shown = cells && placesOf(scene.points, cells);
      if (!shown) look(fitted(extent));
      else if (view && shown.length > 0) look(fittedTo(view, extentOf(shown)));
    },
    zoom(factor, at) {
      if (view) look(zoomed(view, factor, at ?? [view.width / 2, view.height / 2]));
    },
  };
}

function surfacesIn(parent: HTMLElement, label: string) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const outlines = createOutlines();
  const labels = createLabels();
  const surface = h("div", {
    class: "pv-surface",
    tabindex: "0",
    role: "application",
    "aria-label": label,
  });
  const remark = h("output", { class: "pv-remark" });
  const el = h("div", { class: "pv-scatter" }, canvas, outlines.el, labels.el, surface, remark);
  parent.append(el);
  return { el, canvas, outlines, labels, surface, remark };
}

/** Which parts of a drawing differ between two scenes. */
function changedParts(before: Scene, now: Scene): Part[] {
  const changed = (...keys: (keyof Scene)[]) => keys.some((key) => now[key] !== before[key]);
  const parts: Part[] = [];
  const hasOtherMarks = !isSameMarks(before.layers, now.layers);
  if (hasOtherMarks || changed("points", "group1", "group2", "pending")) parts.push("marks");
  if (changed("group1", "group2", "pending", "points", "layers")) parts.push("outlines");
  if (changed("highlight", "layers")) parts.push("styles");
  if (changed("labels")) parts.push("labels");
  return parts;
}

/** Follow the size of an element, and its theme once it is on the page. */
function onSize(
  el: HTMLElement,
  resize: (width: number, height: number) => void,
  changeTheme: () => void,
  ended: AbortSignal,
) {
  if (!globalThis.ResizeObserver) return;
  let watchesTheme = false;
  const observer = new ResizeObserver((entries) => {
    const { width = 0, height = 0 } = entries.at(-1)?.contentRect ?? {};
    if (width < 2 || height < 2) return; // taken off the page: wait until it is back
    if (!watchesTheme) {
      watchesTheme = true;
      onTheme(el, ended, changeTheme);
    }
    resize(width, height);
  });
  observer.observe(el);
  ended.addEventListener("abort", () => observer.disconnect(), { once: true });
}
