/** Draws a scene once a frame at most: marks, outlines and labels, each where it has changed. */
import { themeColors } from "../../ui/theme";
import { isDark } from "../color-scales";
import type { Background } from "./background";
import type { View } from "./camera";
import type { createLabels } from "./labels";
import { grown, type Look, type Style, sizeFor, stylesOf } from "./marks";
import type { createOutlines } from "./outlines";
import type { Painter } from "./painter";
import { createRasterPainter } from "./raster";
import { groupsOf, outlinesOf, type Scene } from "./scene";
import { createWebglPainter } from "./webgl";

const TOKENS = ["canvas", "text", "g1", "g2"] as const;

/** What of a scene has changed. */
export type Part = "marks" | "styles" | "outlines" | "labels";

/** The elements that a scene is drawn on. */
export interface Surfaces {
  el: HTMLElement;
  canvas: HTMLCanvasElement;
  outlines: ReturnType<typeof createOutlines>;
  labels: ReturnType<typeof createLabels>;
  /** What a person should know about this way of drawing. */
  remark: HTMLOutputElement;
}

/** Draws a scene. */
export interface SceneDrawing {
  /** Draw these parts again with the next frame; none where only the view has changed. */
  request(...parts: Part[]): void;
  /** When the canvas shows what was asked for: the painter's own frame comes after ours. */
  finished(): Promise<void>;
}

/** Prepare the drawing of what `current` returns. */
export function sceneDrawing(
  surfaces: Surfaces,
  current: () => { scene: Scene; view: View | undefined },
  background: Background,
  ended: AbortSignal,
): SceneDrawing {
  const { el, canvas, outlines, labels, remark } = surfaces;
  let painter: Painter | undefined;
  let styles: Style[] = [];
  let drawnSize = "";
  let lostAt = Number.NEGATIVE_INFINITY;
  const due = new Set<Part>(["marks", "styles", "outlines", "labels"]);
  let frame = 0;

  const wakePainter = (): Painter => {
    due.add("marks");
    const woken = createWebglPainter(canvas, lost) ?? createRasterPainter(canvas);
    painter = woken;
    return woken;
  };
  const drawMarks = (scene: Scene, view: View, active: Painter) => {
    const size = String(diameter(scene, view));
    if (!due.has("marks") && !due.has("styles") && size === drawnSize) return;
    drawnSize = size;
    styles = stylesOf(scene.layers, lookOf(scene, view, el));
    if (!due.has("marks")) return active.decorate(styles);
    const marks = background.marks(scene);
    if (!marks) return; // they are on their way, and the last picture stays
    active.place(scene.points, marks, styles);
    due.delete("marks");
  };
  const draw = () => {
    frame = 0;
    const { scene, view } = current();
    if (!view || ended.aborted) return;
    const active = painter ?? wakePainter();
    active.look(view);
    drawMarks(scene, view, active);
    if (due.has("outlines")) outlines.show(outlinesOf(scene));
    if (due.has("labels")) labels.show(scene.labels);
    for (const part of ["styles", "outlines", "labels"] as const) due.delete(part);
    outlines.look(view);
    labels.look(view, outlines.tagged());
    remark.value = active.remark;
    remark.hidden = !active.remark;
  };
  const request = (...parts: Part[]) => {
    for (const part of parts) due.add(part);
    if (current().view && !ended.aborted) frame ||= requestAnimationFrame(draw);
  };
  /** The last picture stays; a new context is asked for at once, but not over and over. */
  const lost = () => {
    painter?.end();
    painter = undefined;
    const again = performance.now() - lostAt > 5000;
    lostAt = performance.now();
    if (again) request();
  };
  const end = () => {
    cancelAnimationFrame(frame);
    painter?.end();
    painter = undefined;
  };
  ended.addEventListener("abort", end, { once: true });
  return {
    request,
    async finished() {
      for (let more = 3; more > 0; ) {
        await new Promise(requestAnimationFrame);
        if (!current().view || ended.aborted) return;
        if (frame === 0 && !due.has("marks")) more--;
      }
    },
  };
}

/** The usual diameter of a cell, in CSS pixels. */
const usualSize = ({ points }: Scene, { width, height }: View) =>
  sizeFor(points.length / 2, width, height);

/** The diameter of the largest cells as they are drawn, in CSS pixels. */
export function diameter(scene: Scene, view: View): number {
  const usual = usualSize(scene, view);
  const sizes = scene.layers.map((layer) => (layer.kind === "cells" && layer.size) || usual);
  return grown(Math.max(...sizes, 0) || usual, view.camera.zoom);
}

function lookOf(scene: Scene, view: View, el: HTMLElement): Look {
  const { canvas, text, g1, g2 } = themeColors(el, TOKENS);
  const filled = groupsOf(scene)?.fill ? (scene.group1 ?? scene.group2) : undefined;
  return {
    ...{ canvas, text, group1: g1, group2: g2, highlight: scene.highlight },
    dark: isDark(canvas),
    size: usualSize(scene, view),
    grow: grown(1, view.camera.zoom),
    receding: Boolean(scene.pending ?? filled),
  };
}
