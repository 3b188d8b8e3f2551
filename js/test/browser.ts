/** What jsdom lacks, as little of it as drawing asks for: sizes, a canvas that remembers, media. */
import { setMaxListeners } from "node:events";

setMaxListeners(0); // all that a panel listens to ends by one signal, which Node takes for a leak

type Callback = (
  entries: { target: Element; contentRect: { width: number; height: number } }[],
) => void;

/** What lives as long as the page: this file runs again for each file of tests. */
const page = globalThis as typeof globalThis & {
  watchedElements?: Map<Element, Set<Callback>>;
  canvasCalls?: { call: string; with: unknown[] }[];
};
page.watchedElements ??= new Map();
page.canvasCalls ??= [];
const watched = page.watchedElements;

class StillResizeObserver {
  readonly #callback: Callback;
  readonly #mine = new Set<Element>();
  constructor(callback: Callback) {
    this.#callback = callback;
  }
  observe(el: Element) {
    this.#mine.add(el);
    watched.set(el, (watched.get(el) ?? new Set()).add(this.#callback));
  }
  unobserve(el: Element) {
    watched.get(el)?.delete(this.#callback);
  }
  disconnect() {
    for (const el of this.#mine) watched.get(el)?.delete(this.#callback);
  }
}

/** Give an element a size, as layout would, and callback those that watch it. */
export function resize(el: HTMLElement, width: number, height: number) {
  for (const [name, value] of [
    ["clientWidth", width],
    ["clientHeight", height],
    ["offsetWidth", width],
    ["offsetHeight", height],
  ] as const) {
    Object.defineProperty(el, name, { configurable: true, value });
  }
  const rect = { x: 0, y: 0, left: 0, top: 0, right: width, bottom: height, width, height };
  el.getBoundingClientRect = () => ({ ...rect, toJSON: () => rect });
  const entry = {
    target: el,
    contentRect: rect,
    borderBoxSize: [{ inlineSize: width, blockSize: height }],
  };
  for (const callback of watched.get(el) ?? []) callback([entry]);
}

/** How many observers still watch an element. */
export const watching = (el: Element): number => watched.get(el)?.size ?? 0;

/** Every call to every canvas since the last `forget`, by name, with its arguments. */
export const drawn = page.canvasCalls;
export const forget = () => drawn.splice(0);

function context(canvas: HTMLCanvasElement) {
  const state: Record<string, unknown> = { canvas };
  return new Proxy(state, {
    get(target, name: string) {
      if (name in target) return target[name];
      if (name === "measureText") return (text: string) => ({ width: 6 * text.length });
      if (name === "createImageData") return imageData;
      return (...args: unknown[]) => {
        drawn.push({ call: name, with: args });
      };
    },
  });
}

const imageData = (width: number, height: number) => ({
  width,
  height,
  data: new Uint8ClampedArray(4 * width * height),
});

class StillPath {
  moveTo() {}
  lineTo() {}
  arc() {}
  rect() {}
  addPath() {}
  bezierCurveTo() {}
  closePath() {}
}

const contexts = new WeakMap<HTMLCanvasElement, unknown>();
HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement) {
  if (!contexts.has(this)) contexts.set(this, context(this));
  return contexts.get(this);
} as unknown as HTMLCanvasElement["getContext"];

const silent = { addEventListener() {}, removeEventListener() {} };
Object.assign(globalThis, {
  ResizeObserver: StillResizeObserver,
  Path2D: StillPath,
  matchMedia: () => ({ matches: false, ...silent }),
});
