/** Draws genes, regions, groups and single cells along a stretch of the genome. */
import { count, percent, short } from "../../ui/format";
import { ticks } from "../plots/axis";
import { lineOn, type Pen } from "../plots/plot-frame";
import { commonMost, type GenomeData, type GenomeTrack, rowsOf, type View } from "./genome-data";

/** Where each part lies, in pixels from the top, and how high all of it is. */
export interface GenomeLayout {
  geneRows: number;
  genes: number;
  regions: number;
  tracks: number;
  /** Height of one track, and of the coverage in it. */
  track: number;
  coverage: number;
  cells: number;
  height: number;
}

const RULER = 18;
const GENE = 23; // height of a row of genes
const GENE_ROWS = 4;
const REGIONS = 16;
const TOP = 3; // room above a track; its words lie over it
const BARS = 18;
const CELL = 2; // height of a single cell
const LETTER = 6.2; // pixels of a letter of 11 pixels
const CAPITAL = 7.6; // and of one in the name of a gene
const EXON = 8;
const CHEVRON = 14; // pixels between two

/** Lay the parts out one below the other; tracks take the room that is left. */
export function genomeLayout(
  data: GenomeData,
  view: View,
  size: { width: number; height: number },
  showCells: boolean,
): GenomeLayout {
  const rows = geneRows(data, view, size.width).map(({ row }) => row);
  const n = Math.min(GENE_ROWS, Math.max(0, ...rows.map((row) => row + 1)));
  const genes = RULER + 2;
  const regions = genes + n * GENE + 2;
  const tracks = regions + REGIONS;
  const hasCoverage = data.tracks.some(({ coverage }) => coverage);
  const least = TOP + BARS + (hasCoverage ? 26 : 10);
  const room = (size.height - tracks - 4) / Math.max(1, data.tracks.length);
  const track = Math.floor(Math.min(110, Math.max(least, room)));
  const coverage = hasCoverage ? Math.floor((track - TOP) * 0.6) : 0;
  const cells = tracks + track * data.tracks.length + 4;
  const height = cells + (showCells ? CELL * data.cellTracks.length + 8 : 0);
  return { geneRows: n, genes, regions, tracks, track, coverage, cells, height };
}

/** From base pairs to pixels. */
export const placer =
  (view: View, width: number) =>
  (place: number): number =>
    ((place - view.start) / (view.end - view.start)) * width;

/** Draw all of it. */
export function drawGenome(
  pen: Pen,
  data: GenomeData,
  view: View,
  layout: GenomeLayout,
  showCells: boolean,
): void {
  const { ctx, font, size } = pen;
  ctx.font = `11px ${font}`;
  ctx.textBaseline = "alphabetic";
  drawRuler(pen, view);
  drawGenes(pen, data, view, layout);
  drawRegions(pen, data, view, layout);
  const most = {
    coverage: commonMost(data, view, ({ coverage }) => coverage),
    share: Math.max(
      commonMost(data, view, ({ observed }) => observed, data.regions),
      commonMost(data, view, ({ expected }) => expected, data.regions),
    ),
  };
  data.tracks.forEach((track, at) => {
    drawTrack(pen, data, track, view, { ...layout, top: layout.tracks + at * layout.track }, most);
  });
  if (showCells) drawCells(pen, data, view, layout.cells);
  ctx.clearRect(0, layout.height, size.width, size.height); // nothing reaches below
}

function drawRuler({ ctx, colors, size }: Pen, view: View) {
  const x = placer(view, size.width);
  ctx.strokeStyle = colors.line;
  ctx.fillStyle = colors.dim;
  ctx.textAlign = "center";
  const line = lineOn(ctx);
  for (const place of ticks(view.start, view.end, Math.max(2, size.width / 130))) {
    const at = x(place);
    line(at, RULER - 4, at, size.height);
    const half = (count(place).length * LETTER) / 2;
    if (at > half && at < size.width - half) ctx.fillText(count(place), at, RULER - 7);
  }
  ctx.lineWidth = 1;
  line(0, RULER - 1, size.width, RULER - 1);
}

/** Genes in sight with the row of each, by start; names count for their width. */
function geneRows({ genes }: GenomeData, view: View, width: number) {
  const x = placer(view, width);
  const seen = genes.filter(({ start, end }) => end > view.start && start < view.end);
  const items = seen.map(({ start, end, name }) => {
    const left = Math.max(0, x(start));
    return { left, right: Math.max(Math.min(width, x(end)), left + name.length * CAPITAL) };
  });
  const rows = rowsOf(items, GENE_ROWS);
  return seen.map((gene, at) => ({ gene, row: rows[at] as number }));
}

function drawGenes(
  pen: Pen,
  data: GenomeData,
  view: View,
  { genes: top, geneRows: n }: GenomeLayout,
) {
  const { ctx, colors, size } = pen;
  const x = placer(view, size.width);
  const line = lineOn(ctx);
  ctx.lineWidth = 1;
  for (const { gene, row } of geneRows(data, view, size.width)) {
    const middle = top + (row < 0 ? n - 1 : row) * GENE + EXON / 2 + 1; // too many: without a name
    const [from, to] = [Math.max(-2, x(gene.start)), Math.min(size.width + 2, x(gene.end))];
    ctx.strokeStyle = colors.edge;
    ctx.fillStyle = colors.edge;
    line(from, middle, Math.max(to, from + 1), middle);
    drawChevrons(ctx, from, to, middle, gene.isForward);
    for (const [start, end] of gene.exons) {
      if (end < view.start || start > view.end) continue;
      ctx.fillRect(x(start), middle - EXON / 2, Math.max(1.5, x(end) - x(start)), EXON);
    }
    if (row < 0) continue;
    ctx.fillStyle = colors.text;
    ctx.textAlign = "left";
    ctx.fillText(gene.name, Math.max(2, from), middle + EXON / 2 + 10);
  }
}

/** Small arrow heads that say in which direction a gene is read. */
function drawChevrons(
  ctx: CanvasRenderingContext2D,
  from: number,
  to: number,
  middle: number,
  isForward: boolean,
) {
  const reach = isForward ? -3 : 3;
  ctx.beginPath();
  for (let at = from + CHEVRON / 2; at < to - 3; at += CHEVRON) {
    ctx.moveTo(at + reach, middle - 2.5);
    ctx.lineTo(at, middle + 0.5);
    ctx.lineTo(at + reach, middle + 3.5);
  }
  ctx.stroke();
}

/** One box a region: filled where it is confirmed, an outline where it is called, else quiet. */
function drawRegions(
  { ctx, colors, size }: Pen,
  data: GenomeData,
  view: View,
  layout: GenomeLayout,
) {
  const x = placer(view, size.width);
  const top = layout.regions + 3;
  for (const { start, end, mark } of data.regions) {
    if (end < view.start || start > view.end) continue;
    const [left, width] = [x(start), Math.max(2, x(end) - x(start))];
    ctx.fillStyle = mark ? colors.accent : colors.edge;
    ctx.strokeStyle = colors.accent;
    if (mark !== 1) ctx.fillRect(left, top, width, 9);
    else ctx.strokeRect(left + 0.5, top + 0.5, Math.max(1, width - 1), 8);
  }
}

function drawTrack(
  pen: Pen,
  data: GenomeData,
  track: GenomeTrack,
  view: View,
  { top, track: height, coverage }: GenomeLayout & { top: number },
  most: { coverage: number; share: number },
) {
  const { ctx, colors, size } = pen;
  const color = track.color(pen);
  ctx.strokeStyle = colors.line;
  ctx.lineWidth = 1;
  const line = lineOn(ctx);
  const [middle, bottom] = [top + TOP + coverage, top + height - 2];
  if (coverage && track.coverage) {
    ctx.fillStyle = color;
    fillArea(ctx, data, track.coverage, view, size.width, middle - 2, coverage - 2, most.coverage);
    line(0, middle - 2, size.width, middle - 2);
  }
  const x = placer(view, size.width);
  const full = bottom - middle - 2 - (coverage ? 0 : 6);
  data.regions.forEach(({ start, end }, at) => {
    if (end < view.start || start > view.end) return;
    const [left, width] = [x(start), Math.max(2.5, x(end) - x(start))];
    const tall = (value: number) => (most.share ? (value / most.share) * full : 0);
    const observed = tall(track.observed[at] as number);
    ctx.fillStyle = color;
    ctx.fillRect(left, bottom - observed, width, observed);
    if (!track.expected) return;
    ctx.fillStyle = colors.text;
    const y = bottom - tall(track.expected[at] as number);
    ctx.fillRect(left - 1.5, y - 0.75, width + 3, 1.5);
  });
  line(0, bottom, size.width, bottom);
  drawWords(pen, track, top + TOP + 10, most, coverage > 0);
}

/** The name of a track, its cells and its scales, over what is drawn. */
function drawWords(
  { ctx, colors, size, font }: Pen,
  { name, n_cells }: GenomeTrack,
  y: number,
  most: { coverage: number; share: number },
  hasCoverage: boolean,
) {
  const words = `${name} · ${count(n_cells)} ${n_cells === 1 ? "cell" : "cells"}`;
  const scale = [
    hasCoverage ? `0–${short(Number(most.coverage.toPrecision(2)))}` : "",
    most.share ? `open in 0–${percent(most.share, most.share < 0.1 ? 1 : 0)}` : "",
  ].filter(Boolean);
  ctx.textAlign = "left";
  ctx.lineWidth = 3;
  ctx.lineJoin = "round";
  ctx.strokeStyle = colors.canvas;
  ctx.fillStyle = colors.text;
  ctx.strokeText(words, 4, y);
  ctx.fillText(words, 4, y);
  const text = scale.join(" · ");
  const room = size.width - 8 - words.length * LETTER;
  if (room < text.length * LETTER) return;
  ctx.font = `10px ${font}`;
  ctx.textAlign = "right";
  ctx.fillStyle = colors.dim;
  ctx.strokeText(text, size.width - 4, y);
  ctx.fillText(text, size.width - 4, y);
  ctx.font = `11px ${font}`;
}

/** A filled curve of values in bins of equal width; of the bins in one pixel the highest counts. */
function fillArea(
  ctx: CanvasRenderingContext2D,
  { start, end }: GenomeData,
  values: ArrayLike<number>,
  view: View,
  width: number,
  base: number,
  height: number,
  most: number,
) {
  if (!most) return;
  const bin = (end - start) / values.length;
  for (let pixel = 0; pixel < width; pixel++) {
    const from = view.start + (pixel / width) * (view.end - view.start);
    const to = view.start + ((pixel + 1) / width) * (view.end - view.start);
    const first = Math.max(0, Math.floor((from - start) / bin));
    const last = Math.min(values.length - 1, Math.ceil((to - start) / bin) - 1);
    let value = 0;
    for (let i = first; i <= last; i++) value = Math.max(value, values[i] as number);
    const tall = (value / most) * height;
    if (tall > 0.2) ctx.fillRect(pixel, base - tall, 1.02, tall);
  }
}

/** One thin row a cell, with a line wherever it has a fragment or an open region. */
function drawCells(pen: Pen, data: GenomeData, view: View, top: number) {
  const { ctx, size } = pen;
  const x = placer(view, size.width);
  const colors = data.tracks.map((track) => track.color(pen));
  const { cellMarks, cellTracks } = data;
  for (let i = 0; i < cellMarks.length; i += 3) {
    const [cell, start, end] = [cellMarks[i], cellMarks[i + 1], cellMarks[i + 2]] as number[];
    if (cell === undefined || start === undefined || end === undefined) continue;
    if (end < view.start || start > view.end) continue;
    ctx.fillStyle = colors[cellTracks[cell] as number] ?? "";
    ctx.fillRect(x(start), top + 4 + CELL * cell, Math.max(1.5, x(end) - x(start)), CELL - 0.5);
  }
}
