/** The painter against a card that only remembers. The true pictures: tests/e2e/test_million.py. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { extentOf, fitted, type View } from "../src/draw/scatter/camera";
import type { Marks, Style } from "../src/draw/scatter/marks";
import type { Painter } from "../src/draw/scatter/painter";
import { createWebglPainter } from "../src/draw/scatter/webgl";

type Call = [name: string, ...given: unknown[]];

/** A context that links every program and is done with all it is asked for when the test says so. */
function card() {
  const calls: Call[] = [];
  const listeners = new Map<string, (event: Event) => void>();
  const state = { isDone: true, isLost: false, takes: 0, askedAt: 0 };
  const known: Record<string, unknown> = {
    getProgramParameter: () => true,
    isContextLost: () => state.isLost,
    getSyncParameter: () =>
      state.isDone && performance.now() - state.askedAt >= state.takes ? 1 : 0,
    SIGNALED: 1,
    fenceSync: () => ({}),
    getExtension: () => ({ loseContext: () => calls.push(["loseContext"]) }),
  };
  const gl = new Proxy(known, {
    get(target, name: string) {
      if (name in target) return target[name];
      if (name === name.toUpperCase()) return name;
      return (...given: unknown[]) => {
        calls.push([name, ...given]);
        if (name === "drawArrays") state.askedAt = performance.now();
        return { name };
      };
    },
  });
  return { gl, calls, listeners, state };
}

const STYLES: Style[] = [{ color: "#ff0000", opacity: 0.5, size: 3 }];
let cards: ReturnType<typeof card>[];
let front: { drawImage: ReturnType<typeof vi.fn>; clearRect: () => void };
const painters: Painter[] = [];

beforeEach(() => {
  cards = [];
  front = { drawImage: vi.fn(), clearRect() {} };
  const plain = { save() {}, restore() {}, beginPath() {}, rect() {}, clip() {} };
  const spy = vi.spyOn(HTMLCanvasElement.prototype, "getContext");
  spy.mockImplementation(function (this: HTMLCanvasElement, kind: string) {
    if (kind !== "webgl2") {
      return { ...plain, ...(this.dataset.on === "page" ? front : { drawImage() {} }) } as never;
    }
    const one = card();
    cards.push(one);
    const add = vi.spyOn(this, "addEventListener");
    add.mockImplementation((type, run) => one.listeners.set(type, run as () => void));
    const remove = vi.spyOn(this, "removeEventListener");
    remove.mockImplementation((type) => one.listeners.delete(type));
    return one.gl as never;
  });
});
afterEach(() => {
  for (const painter of painters.splice(0)) painter.end();
  vi.restoreAllMocks();
});

function painter(onLost = vi.fn()) {
  const canvas = document.createElement("canvas");
  canvas.dataset.on = "page";
  const made = createWebglPainter(canvas, onLost) as Painter;
  painters.push(made);
  return { made, canvas, onLost };
}
function cells(n: number): [Float32Array, Marks, Style[]] {
  const marks = { cells: new Uint32Array(n).map((_, i) => i), styles: new Uint16Array(n) };
  return [new Float32Array(2 * n), marks, STYLES];
}
const EXTENT = extentOf([0, 0, 4, 4]);
const INSET = { top: 0, right: 0, bottom: 0, left: 0 };
const viewOf = (zoom = 1): View => ({
  ...{ width: 300, height: 200, inset: INSET, extent: EXTENT },
  camera: { ...fitted(EXTENT), zoom },
});
const named = (name: string) => cards.flatMap(({ calls }) => calls.filter(([own]) => own === name));
const drawn = () => named("drawArrays").map(([, , from, count]) => [from, count]);

it("draws a few marks within the frame", async () => {
  const { made, canvas } = painter();
  made.look(viewOf());
  made.place(...cells(10));
  await Promise.resolve();
  expect(drawn()).toEqual([[0, 10]]);
  expect([canvas.width, canvas.height]).toEqual([300, 200]);
  expect(front.drawImage).toHaveBeenCalledOnce();
});

it("draws many marks in slices, each once, and waits for the card between them", async () => {
  const { made } = painter();
  made.look(viewOf());
  const one = cards[0] as (typeof cards)[0];
  one.state.isDone = false;
  made.place(...cells(200_000));
  await vi.waitFor(() => expect(drawn().length).toBe(1));
  await new Promise((resolve) => setTimeout(resolve, 12));
  expect(drawn().length).toBe(1);
  one.state.isDone = true;
  const sum = () => drawn().reduce((all, [, count]) => all + (count as number), 0);
  await vi.waitFor(() => expect(sum()).toBe(200_000));
  const ends = drawn().map(([from, count]) => (from as number) + (count as number));
  expect(drawn().map(([from]) => from)).toEqual([0, ...ends.slice(0, -1)]);
  expect(drawn().length).toBeGreaterThan(2);
});

it("sends the marks to the card once, however often they are looked at", async () => {
  const { made } = painter();
  made.look(viewOf());
  made.place(...cells(10));
  await vi.waitFor(() => expect(drawn().length).toBe(1));
  for (const zoom of [2, 3]) {
    made.look(viewOf(zoom));
    await vi.waitFor(() => expect(drawn().length).toBe(zoom));
  }
  expect(named("bufferSubData").length).toBe(1);
  made.decorate([{ color: "#00ff00", opacity: 1, size: 3 }]);
  await vi.waitFor(() => expect(drawn().length).toBe(4));
  expect(named("bufferSubData").length).toBe(1);
  expect(named("texImage2D").length).toBe(2);
});

it("shows the last picture moved while a slow card draws many marks again", async () => {
  const { made } = painter();
  (cards[0] as (typeof cards)[0]).state.takes = 20; // ms for a slice
  made.look(viewOf());
  made.place(...cells(40_000));
  const shown = () => front.drawImage.mock.lastCall?.slice(1);
  await vi.waitFor(() => expect([drawn().length, shown()]).toEqual([2, [0, 0, 300, 200]]));
  await new Promise((resolve) => setTimeout(resolve, 40)); // the last slice is known to be done
  made.look(viewOf(2));
  expect(shown()).toEqual([-150, -100, 600, 400]);
  expect(drawn().length).toBe(2);
});

it("shares one context, and gives back all it took", () => {
  const [first, second] = [painter(), painter()];
  expect(cards.length).toBe(1);
  const one = cards[0] as (typeof cards)[0];
  first.made.end();
  expect(named("loseContext")).toEqual([]);
  second.made.end();
  expect(named("loseContext").length).toBe(1);
  expect(one.listeners.size).toBe(0);
  for (const thing of ["Buffer", "Texture", "Renderbuffer", "Framebuffer", "VertexArray"]) {
    expect([thing, named(`delete${thing}`).length]).toEqual([
      thing,
      named(`create${thing}`).length,
    ]);
  }
  painter();
  expect(cards.length).toBe(2);
});

it("says when its context is lost, and a new one is another", async () => {
  const { made, onLost } = painter();
  const [one] = cards;
  const event = new Event("webglcontextlost", { cancelable: true });
  (one as (typeof cards)[0]).state.isLost = true;
  one?.listeners.get("webglcontextlost")?.(event);
  expect(event.defaultPrevented).toBe(true);
  expect(onLost).toHaveBeenCalledOnce();
  made.end();
  const again = painter();
  again.made.look(viewOf());
  again.made.place(...cells(3));
  await Promise.resolve();
  expect(cards.length).toBe(2);
  expect(cards[1]?.calls.some(([name]) => name === "drawArrays")).toBe(true);
});

it("is not there where a program does not link", () => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockImplementation(
    () => ({ ...card().gl, createProgram: () => ({}), createShader: () => null }) as never,
  );
  expect(createWebglPainter(document.createElement("canvas"), () => {})).toBeUndefined();
});
