/** Lines above the cells that follow the view: outlines of groups and of the selection, the cell cursor. */
import { h, s } from "../../ui/dom";
import type { Point, Polygon, Stroke } from "../polygon";
import { scaleOf, toScreen, type View } from "./camera";

/** What an outline encloses; decides its color. */
export type OutlineKind = "group1" | "group2" | "pending";

/** One closed line or several of one kind, with at most one tag. */
export interface Outline {
  kind: OutlineKind;
  /** In data coordinates. */
  polygons: readonly Polygon[];
  /** What a brush went over. */
  strokes?: readonly Stroke[] | undefined;
  tag?: string | undefined;
  /** Where the tag goes if there is no polygon, in data coordinates. */
  anchor?: Point | undefined;
  /** Of the lines, 0 to 1; 1 if undefined. The tag is there to be read. */
  opacity?: number | undefined;
}

/** The layer of lines; `el` fills the canvas and lets every pointer through. */
export interface Outlines {
  el: HTMLElement;
  show(outlines: readonly Outline[]): void;
  /** The line that is being drawn, in data coordinates; `closing` is the side still missing. */
  draft(line: readonly Point[] | undefined, radius?: number): void;
  /** Where the cell cursor is, in data coordinates. */
  mark(at: Point | undefined): void;
  look(view: View): void;
  /** Where tags are now, in CSS pixels of the canvas. */
  tagged(): readonly Box[];
}

/** A place on the canvas. */
export interface Box {
  x0: number;
  y0: number;
  x1: number;
  y1: number;
}

const TAG_HEIGHT = 20;

/** Make the layer. */
export function createOutlines(): Outlines {
  const lines = s("g", {});
  const area = s("path", { class: "pv-draft-area" });
  const drawn = s("path", { class: "pv-draft" });
  const closing = s("path", { class: "pv-draft pv-draft-closing" });
  const ring = (r: number, more = "") => s("circle", { class: `pv-cursor${more}`, r });
  const cursor = s("g", { visibility: "hidden" }, ring(9, " pv-cursor-halo"), ring(9));
  const svg = s("svg", { "aria-hidden": "true" }, lines, area, closing, drawn, cursor);
  const tags = h("div", {});
  const el = h("div", { class: "pv-outlines" }, svg, tags);

  let view: View | undefined;
  let taken: Box[] = []; // by tags
  let shown: Shown[] = [];
  let line: readonly Point[] | undefined;
  let width = 0; // of the line, as a radius; 0 for a lasso
  let marked: Point | undefined;

  const placeAll = () => {
    if (!view) return;
    taken = [];
    for (const { outline, path, bands, tag } of shown) {
      const screens = outline.polygons.map((polygon) => screenOf(view as View, polygon));
      path.setAttribute("d", screens.map((points) => `${pathOf(points)}Z`).join(""));
      outline.strokes?.forEach((stroke, i) => {
        for (const [more, band] of (bands[i] as Bands).entries()) {
          placeBand(band, stroke, view as View, more < 2 ? 0 : RIM);
        }
        screens.push(cornersOf(stroke, view as View));
      });
      if (!tag) continue;
      const anchor = outline.anchor && toScreen(view, outline.anchor);
      const box = screens.length > 0 ? boxOf(screens.flat()) : anchor && boxOf([anchor]);
      const place = box && tagPlace(box, tag.offsetWidth, view, taken);
      tag.hidden = !place;
      if (!place) continue;
      taken.push(place);
      tag.style.transform = `translate(${Math.round(place.x0)}px, ${Math.round(place.y0)}px)`;
    }
  };
  const placeDraft = () => {
    const points = line && view ? screenOf(view, line) : [];
    drawn.classList.toggle("pv-band", width > 0);
    drawn.style.strokeWidth = "";
    if (width > 0 && line && view) {
      placeBand(drawn, { path: line, radius: width }, view);
      for (const other of [closing, area]) other.setAttribute("d", "");
      return;
    }
    const ends = [points.at(-1), points[0]].filter((point) => point !== undefined);
    drawn.setAttribute("d", pathOf(points));
    closing.setAttribute("d", points.length > 2 ? pathOf(ends) : "");
    area.setAttribute("d", points.length > 2 ? `${pathOf(points)}Z` : "");
  };

  const placeCursor = () => {
    const at = view && marked && toScreen(view, marked);
    cursor.setAttribute("visibility", at ? "visible" : "hidden");
    if (at) cursor.setAttribute("transform", `translate(${at[0].toFixed(1)},${at[1].toFixed(1)})`);
  };

  return {
    el,
    show(outlines) {
      shown = outlines.map((outline) => {
        const tag = outline.tag
          ? h("div", { class: "pv-tag", "data-outline": outline.kind }, outline.tag)
          : undefined;
        const band = () => s("path", { class: "pv-band" });
        const bands = (outline.strokes ?? []).map((): Bands => [band(), band(), band()]);
        const path = s("path", { "data-outline": outline.kind });
        const seen = bands.flatMap(([area, , rim]) => [area, rim]);
        for (const line of [path, ...seen]) line.style.opacity = String(outline.opacity ?? 1);
        return { outline, tag, bands, path };
      });
      lines.replaceChildren(
        ...shown.flatMap(({ outline: { kind }, path, bands }) =>
          bands.length > 0 ? [...brushedParts(kind, bands), path] : path,
        ),
      );
      tags.replaceChildren(...shown.flatMap(({ tag }) => tag ?? []));
      placeAll();
    },
    draft(points, radius = 0) {
      line = points;
      width = radius;
      placeDraft();
    },
    mark(at) {
      marked = at;
      placeCursor();
    },
    look(next) {
      view = next;
      placeAll();
      placeDraft();
      placeCursor();
    },
    tagged: () => taken,
  };
}

interface Shown {
  outline: Outline;
  path: SVGPathElement;
  bands: Bands[];
  tag: HTMLElement | undefined;
}

/** One stroke three times: its area, what its rim leaves out, and its rim. */
type Bands = [area: SVGPathElement, hole: SVGPathElement, rim: SVGPathElement];
const RIM = 3; // px that the rim is wider than the area, on both sides together
let nMasks = 0;

/** The strokes of one kind, with one rim round all of them: wider ones without what lies inside. */
function brushedParts(kind: OutlineKind, bands: readonly Bands[]): SVGElement[] {
  const id = `pv-brushed-${nMasks++}`;
  const all = { x: 0, y: 0, width: "100%", height: "100%" };
  const mask = s("mask", { id, maskUnits: "userSpaceOnUse", ...all });
  mask.append(s("rect", { ...all, fill: "white" }), ...bands.map(([, hole]) => hole));
  const part = (name: string, mask: string | false, children: SVGElement[]) =>
    s("g", { class: name, "data-outline": kind, mask }, ...children);
  return [
    mask,
    part(
      "pv-brushed",
      false,
      bands.map(([area]) => area),
    ),
    part(
      "pv-brushed-rim",
      `url(#${id})`,
      bands.map(([, , rim]) => rim),
    ),
  ];
}

/** The box of a stroke, as two corners on the screen. */
function cornersOf({ path, radius }: Stroke, view: View): [Point, Point] {
  const { x0, y0, x1, y1 } = boxOf(screenOf(view, path));
  const r = radius * scaleOf(view);
  return [
    [x0 - r, y0 - r],
    [x1 + r, y1 + r],
  ];
}

/** Draw what a brush went over. */
function placeBand(band: SVGPathElement, { path, radius }: Stroke, view: View, more = 0): void {
  const points = screenOf(view, path);
  const dab = points.length === 1 ? "h0" : ""; // a line without length has round ends too
  band.setAttribute("d", pathOf(points) + dab);
  band.style.strokeWidth = `${(2 * radius * scaleOf(view) + more).toFixed(1)}px`;
}

/** The first free place round a box: above, below, inside at the top; nothing if it is out of sight. */
export function tagPlace(
  box: Box,
  width: number,
  view: View,
  taken: readonly Box[],
): Box | undefined {
  if (box.x1 < 0 || box.y1 < 0 || box.x0 > view.width || box.y0 > view.height) return undefined;
  const top = Math.max(4, view.inset.top - 4);
  const bottom = view.height - 4;
  const fit = (x: number, y: number): Box => {
    const left = Math.min(Math.max(4, x), Math.max(4, view.width - width - 4));
    return { x0: left, y0: y, x1: left + width, y1: y + TAG_HEIGHT };
  };
  const middle = (box.x0 + box.x1) / 2;
  const above = box.y0 - TAG_HEIGHT - 5;
  const below = box.y1 + 5;
  const places = [
    fit(middle, above),
    fit(middle, below),
    fit(middle - width, above),
    fit(middle - width, below),
    fit(box.x1 + 6, (box.y0 + box.y1 - TAG_HEIGHT) / 2),
    fit(box.x0 - width - 6, (box.y0 + box.y1 - TAG_HEIGHT) / 2),
    fit(middle - width / 2, Math.max(top, box.y0 + 6)),
  ];
  const inSight = places.filter((place) => place.y0 >= top && place.y1 <= bottom);
  const free = inSight.find((place) => !taken.some((other) => overlaps(place, other)));
  return free ?? inSight[0] ?? fit(middle, Math.min(Math.max(top, above), bottom - TAG_HEIGHT));
}

const overlaps = (a: Box, b: Box): boolean =>
  a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1;

const screenOf = (view: View, points: readonly Point[]): Point[] =>
  points.map((point) => toScreen(view, point));

const pathOf = (points: readonly Point[]): string =>
  points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)},${y.toFixed(1)}`).join("");

function boxOf(points: readonly Point[]): Box {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) };
}
