/**
 * A picture of a part of the page, painted again on a canvas: boxes, text, drawings, other canvases.
 *
 * An SVG with the page inside (foreignObject) would be shorter, but Safari does not give its pixels
 * back, and a style that was forgotten changes it all. What is painted here is what the browser says
 * that it shows: where things are, in which colors, and where the words are.
 */

/** Sent to an element before its canvases are read; who draws there adds when that is done. */
export const DRAW_NOW = "peakvi-draw";
const PATIENCE = 2000; // ms for those who draw; a page in the background draws no frame

type Context = CanvasRenderingContext2D;

/** Paint what an element shows, in device pixels. */
export async function photograph(root: HTMLElement): Promise<HTMLCanvasElement> {
  const ratio = globalThis.devicePixelRatio || 1;
  const drawings = await drawingsIn(root, ratio);
  await drawnIn(root);
  const { left, top, width, height } = root.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  const own = root.querySelector<HTMLCanvasElement>(":scope > canvas");
  canvas.width = own?.width ?? Math.round(width * ratio);
  canvas.height = own?.height ?? Math.round(height * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser has no canvas");
  context.scale(ratio, ratio);
  context.translate(-left, -top);
  context.fillStyle = behind(root);
  context.fillRect(left, top, width, height);
  paint(root, context, drawings); // in the same task: a WebGL canvas keeps its pixels no longer
  return canvas;
}

/** Wait until everything requested is drawn on the canvases. */
async function drawnIn(root: HTMLElement): Promise<void> {
  const waits: Promise<unknown>[] = [];
  for (const canvas of root.querySelectorAll("canvas")) {
    canvas.dispatchEvent(new CustomEvent(DRAW_NOW, { detail: waits, bubbles: true }));
  }
  const late = new Promise((done) => setTimeout(done, PATIENCE));
  await Promise.race([Promise.all(waits), late]);
}

/** The first background that is not transparent. */
function behind(el: Element | null): string {
  for (let at = el; at; at = at.parentElement) {
    const color = getComputedStyle(at).backgroundColor;
    if (isSeen(color)) return color;
  }
  return "white";
}

const isSeen = (color: string) =>
  color !== "" && !/^transparent$|^rgba\(.*, 0\)$|\/ 0\)$/.test(color);

function paint(el: Element, context: Context, drawings: ReadonlyMap<Element, CanvasImageSource>) {
  const style = getComputedStyle(el);
  if (style.display === "none" || style.opacity === "0") return;
  const box = el.getBoundingClientRect();
  if (box.width <= 1 && box.height <= 1 && style.overflow === "hidden") return; // for screen readers only
  context.save();
  context.globalAlpha *= Number(style.opacity || 1);
  const isShown = style.visibility !== "hidden";
  if (isShown && style.display !== "contents") paintBox(box, style, context);
  const drawing = el instanceof HTMLCanvasElement ? el : drawings.get(el);
  if (drawing) {
    const isEmpty = drawing instanceof HTMLCanvasElement && !(drawing.width && drawing.height);
    if (isShown && !isEmpty) context.drawImage(drawing, box.left, box.top, box.width, box.height);
  } else {
    if (style.overflow !== "visible") {
      context.beginPath();
      context.rect(box.left, box.top, box.width, box.height);
      context.clip();
    }
    if (isShown) paintPseudo(el, "::before", box, style, context);
    if (isShown) paintControl(el, box, style, context);
    const children = [...(el.shadowRoot ?? el).childNodes];
    const isFolded = el instanceof HTMLDetailsElement && !el.open;
    for (const child of stacked(children)) {
      if (isFolded && !(child instanceof Element && child.matches("summary"))) continue;
      if (child instanceof Element) {
        if (!(el instanceof HTMLSelectElement)) paint(child, context, drawings);
      } else if (isShown && child instanceof Text) paintText(child, style, context);
    }
    if (isShown) paintPseudo(el, "::after", box, style, context);
  }
  context.restore();
}

/** Children from the lowest to the uppermost. */
function stacked(children: readonly ChildNode[]): ChildNode[] {
  const level = (node: ChildNode) =>
    node instanceof Element ? Number.parseInt(getComputedStyle(node).zIndex, 10) || 0 : 0;
  return children
    .map((node) => ({ node, at: level(node) }))
    .sort((a, b) => a.at - b.at)
    .map(({ node }) => node);
}

const SIDES = ["Top", "Right", "Bottom", "Left"] as const;

function paintBox(box: DOMRect, style: CSSStyleDeclaration, context: Context) {
  const { left, top, width, height } = box;
  const radius = Math.min(Number.parseFloat(style.borderTopLeftRadius) || 0, height / 2, width / 2);
  const round = style.borderTopLeftRadius.endsWith("%") ? Math.min(width, height) / 2 : radius;
  const outline = (by: number) => {
    context.beginPath();
    const [x, y, w, h] = [left + by, top + by, width - 2 * by, height - 2 * by];
    if (w > 0 && h > 0) context.roundRect(x, y, w, h, Math.max(0, round - by));
  };
  outline(0);
  if (isSeen(style.backgroundColor)) {
    context.fillStyle = style.backgroundColor;
    context.fill();
  }
  const gradient = gradientOf(box, style.backgroundImage, context);
  if (gradient) {
    context.fillStyle = gradient;
    context.fill();
  }
  const borders = SIDES.map((side) => {
    const drawn = style[`border${side}Style`] !== "none";
    const wide = drawn ? Number.parseFloat(style[`border${side}Width`]) || 0 : 0;
    return { wide, color: style[`border${side}Color`] };
  });
  const [first] = borders;
  if (first && borders.every(({ wide, color }) => wide === first.wide && color === first.color)) {
    if (first.wide === 0 || !isSeen(first.color)) return;
    context.strokeStyle = first.color;
    context.lineWidth = first.wide;
    outline(first.wide / 2);
    context.stroke();
    return;
  }
  borders.forEach(({ wide, color }, side) => {
    if (wide === 0 || !isSeen(color)) return;
    context.fillStyle = color;
    if (side % 2 === 0) context.fillRect(left, side ? top + height - wide : top, width, wide);
    else context.fillRect(side === 1 ? left + width - wide : left, top, wide, height);
  });
}

/** A gradient from left to right or round the middle; nothing for any other. */
function gradientOf(box: DOMRect, image: string, context: Context): CanvasGradient | undefined {
  const [, kind = "", rest = ""] = /^(linear|conic)-gradient\((.*)\)$/.exec(image) ?? [];
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  if (!kind || (kind === "linear" && !/^(to right|90deg),/.test(rest))) return undefined;
  const gradient =
    kind === "linear"
      ? context.createLinearGradient(box.left, 0, box.right, 0)
      : context.createConicGradient(-Math.PI / 2, x, y);
  const stops = [...rest.matchAll(/([a-z]+\([^)]*\))((?: [\d.]+%)*)/g)];
  let last = 0;
  stops.forEach(([, color = "", places = ""], i) => {
    const given = places.trim().split(" ").filter(Boolean).map(Number.parseFloat);
    const at = given.length > 0 ? given : [(100 * i) / Math.max(1, stops.length - 1)];
    for (const place of at) {
      last = Math.max(last, Math.min(1, place / 100)); // none lies before the one it follows
      gradient.addColorStop(last, color);
    }
  });
  return gradient;
}

/** What the style sheet puts before or after all that is in an element: a dot, a handle, a letter. */
function paintPseudo(
  el: Element,
  which: "::before" | "::after",
  box: DOMRect,
  outer: CSSStyleDeclaration,
  context: Context,
) {
  const style = getComputedStyle(el, which);
  const [, text] = /^"(.*)"$/.exec(style.content) ?? [];
  if (text === undefined || style.display === "none") return;
  if (text)
    return words(text, box.left + (Number.parseFloat(outer.paddingLeft) || 0), box, style, context);
  const [width, height] = [Number.parseFloat(style.width), Number.parseFloat(style.height)];
  if (!(width > 0 && height > 0)) return;
  const edge = (side: "Left" | "Top") => Number.parseFloat(outer[`border${side}Width`]) || 0;
  const isPlaced = style.position === "absolute" && outer.position !== "static";
  const left = isPlaced ? edge("Left") + Number.parseFloat(style.left) : 0;
  const top = isPlaced ? edge("Top") + Number.parseFloat(style.top) : (box.height - height) / 2;
  if (!isPlaced && style.display !== "inline-block") return;
  paintBox(new DOMRect(box.left + left, box.top + top, width, height), style, context);
}

function paintControl(el: Element, box: DOMRect, style: CSSStyleDeclaration, context: Context) {
  if (el.tagName === "SUMMARY") {
    const isOpen = (el.parentElement as HTMLDetailsElement | null)?.open;
    words(isOpen ? "▾" : "▸", box.left, box, style, context);
    return;
  }
  const left = box.left + (Number.parseFloat(style.paddingLeft) || 0);
  if (el instanceof HTMLSelectElement) {
    words(el.selectedOptions[0]?.text ?? "", left, box, style, context);
    words("▾", box.right - 12, box, style, context);
  }
  if (!(el instanceof HTMLInputElement)) return;
  const middle = (box.top + box.bottom) / 2;
  const accent = style.accentColor === "auto" ? style.color : style.accentColor;
  if (el.type === "range") {
    const share = (el.valueAsNumber - Number(el.min)) / (Number(el.max) - Number(el.min) || 1);
    const x = box.left + 8 + (box.width - 16) * share;
    context.fillStyle = accent;
    context.fillRect(box.left, middle - 2, x - box.left, 4);
    context.globalAlpha *= 0.4;
    context.fillRect(x, middle - 2, box.right - x, 4);
    context.globalAlpha /= 0.4;
    context.beginPath();
    context.arc(x, middle, 7, 0, 7);
    context.fill();
  } else if (el.type === "checkbox" || el.type === "radio") {
    context.strokeStyle = context.fillStyle = el.checked ? accent : style.color;
    context.lineWidth = 1;
    context.beginPath();
    context.roundRect(box.left + 0.5, box.top + 0.5, box.width - 1, box.height - 1, 2);
    context.stroke();
    if (el.checked) {
      context.fill();
      words("✓", box.left + 3, box, style, context, "white");
    }
  } else {
    const text = el.value || el.placeholder;
    const ink = el.value ? style : getComputedStyle(el, "::placeholder");
    context.font = fontOf(style);
    const inset = Number.parseFloat(style.paddingRight) || 0;
    const isEnd = style.textAlign === "right" || style.textAlign === "end";
    const at = isEnd ? box.right - inset - context.measureText(text).width : left;
    words(text, at, box, style, context, ink.color);
  }
}

const fontOf = ({ fontStyle, fontWeight, fontSize, fontFamily }: CSSStyleDeclaration): string =>
  `${fontStyle} ${fontWeight} ${fontSize} ${fontFamily}`;

/** Write words that begin at `x` in the middle of a line's box. */
function words(
  text: string,
  x: number,
  { top, height }: { top: number; height: number },
  style: CSSStyleDeclaration,
  context: Context,
  color = style.color,
) {
  context.font = fontOf(style);
  context.fillStyle = color;
  context.textBaseline = "alphabetic";
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = context.measureText(text);
  context.fillText(text, x, top + (height + above - below) / 2);
}

/** Write a text word by word, each where the browser has it. */
function paintText(text: Text, style: CSSStyleDeclaration, context: Context) {
  const range = document.createRange();
  const isUpper = style.textTransform === "uppercase";
  for (const { 0: word, index } of text.data.matchAll(/\S+/g)) {
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    const boxes = range.getClientRects();
    const said = isUpper ? word.toUpperCase() : word;
    if (boxes.length === 1)
      words(said, (boxes[0] as DOMRect).left, boxes[0] as DOMRect, style, context);
    if (boxes.length < 2) continue;
    [...said].forEach((letter, at) => {
      range.setStart(text, index + at); // a word that is broken across lines
      range.setEnd(text, index + at + 1);
      const box = range.getBoundingClientRect();
      words(letter, box.left, box, style, context);
    });
  }
}

const INK = [
  ...["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray"],
  ...["stroke-linecap", "stroke-linejoin", "opacity", "visibility", "display", "mask", "filter"],
  ...["font-family", "font-size", "font-weight", "text-anchor", "dominant-baseline", "paint-order"],
  ...["clip-path", "mix-blend-mode", "color"],
];

/** The SVG drawings of a part of the page, each as a picture of its own with all styles in it. */
async function drawingsIn(root: HTMLElement, ratio: number) {
  const found = [...root.querySelectorAll("svg")].filter((one) => {
    const { width, height } = one.getBoundingClientRect();
    return width > 0 && height > 0 && !one.parentElement?.closest("svg");
  });
  const drawings = new Map<Element, CanvasImageSource>();
  const take = async (svg: SVGSVGElement) => {
    const image = await pictureOf(svg, ratio);
    if (image) drawings.set(svg, image);
  };
  await Promise.all(found.map(take));
  return drawings;
}

function pictureOf(svg: SVGSVGElement, ratio: number): Promise<HTMLImageElement | undefined> {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const copies = [copy, ...copy.querySelectorAll<SVGElement>("*")];
  [svg, ...svg.querySelectorAll("*")].forEach((from, at) => {
    const style = getComputedStyle(from);
    const ink = INK.map((name) => `${name}:${style.getPropertyValue(name)}`);
    copies[at]?.setAttribute("style", ink.join(";"));
    copies[at]?.removeAttribute("class");
  });
  if (!copy.hasAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width * ratio));
  copy.setAttribute("height", String(height * ratio));
  const text = new XMLSerializer().serializeToString(copy);
  const image = new Image();
  return new Promise((done) => {
    image.onload = () => done(image);
    image.onerror = () => done(undefined); // the rest is still worth having
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  });
}
