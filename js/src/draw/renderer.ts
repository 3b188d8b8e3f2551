/**
 * One WebGL context for all scatters of a page, because browsers keep about 16 of them.
 *
 * Each widget brings its own copy of this module, so the context is kept on the page itself, under a
 * name that goes with the version of regl-scatterplot. It is given back with its last borrower.
 */
import { createRenderer } from "regl-scatterplot";

type Renderer = ReturnType<typeof createRenderer>;

interface Shared {
  renderer: Renderer;
  /** Runs when the context is lost, and then gives back; one for each borrower. */
  borrowers: Set<() => void>;
  free(): void;
}

/** A renderer on loan. */
export interface Loan {
  renderer: Renderer;
  /** Make sure that pictures of so many device pixels (even numbers) fit. */
  fit(width: number, height: number): void;
  giveBack(): void;
}

const KEY = Symbol.for("peakvi_widgets: regl-scatterplot 1");
const page = globalThis as { [KEY]?: Shared | undefined };

/** Borrow the page's renderer; nothing where the browser has no WebGL that draws floats. Give it back in `onLost`. */
export function borrowRenderer(onLost: () => void): Loan | undefined {
  page[KEY] ??= createShared();
  const shared = page[KEY];
  if (!shared) return undefined;
  const { renderer, borrowers, free } = shared;
  const lost = () => onLost();
  borrowers.add(lost);
  return {
    renderer,
    fit(width, height) {
      const { canvas } = renderer;
      if (canvas.width >= width && canvas.height >= height) return;
      const even = (length: number) => 2 * Math.ceil(length / 2);
      const ratio = globalThis.devicePixelRatio || 1;
      // resize() multiplies by the pixel ratio, and a canvas cuts what stands behind the comma
      const css = (length: number) => (even(length) + 0.01) / ratio;
      renderer.resize(css(Math.max(canvas.width, width)), css(Math.max(canvas.height, height)));
      renderer.refresh();
    },
    giveBack() {
      borrowers.delete(lost);
      if (borrowers.size === 0) free();
    },
  };
}

function createShared(): Shared | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2;
  // the attributes are those that regl-scatterplot asks for: it will be handed this very context
  const gl = canvas.getContext("webgl", { antialias: true, preserveDrawingBuffer: true });
  const floats = ["OES_texture_float", "WEBGL_color_buffer_float", "EXT_float_blend"];
  if (!gl || floats.some((name) => !gl.getExtension(name))) return undefined;
  const renderer = rendererOn(canvas);
  if (!renderer) return undefined;
  const borrowers = new Set<() => void>();
  const free = () => {
    if (page[KEY]?.renderer === renderer) delete page[KEY];
    canvas.removeEventListener("webglcontextlost", lose);
    if (renderer.isDestroyed) return;
    renderer.destroy();
    gl.getExtension("WEBGL_lose_context")?.loseContext();
  };
  const lose = (event: Event) => {
    event.preventDefault();
    if (page[KEY]?.renderer === renderer) delete page[KEY]; // who borrows next gets a new one
    for (const tell of [...borrowers]) tell();
  };
  canvas.addEventListener("webglcontextlost", lose);
  return { renderer, borrowers, free };
}

/** regl makes functions out of text, which some pages forbid: nothing there, as if there were no WebGL. */
function rendererOn(canvas: HTMLCanvasElement): Renderer | undefined {
  try {
    return createRenderer({ canvas });
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}
