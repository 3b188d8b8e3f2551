/** Many dots as one picture: where they lie thick the color deepens, none is lost, and it is quick. */

/** A color class of dots: its color and how much of the ground one dot hides, in (0, 1). */
export interface Ink {
  /** `#rrggbb`. */
  color: string;
  alpha: number;
  /** Radius in device pixels; that of all dots by default. */
  radius?: number;
  /** Draw a ring instead of a disc. */
  isRing?: boolean;
}

/** Size of the picture in device pixels and of a dot in it. */
export interface DotSize {
  width: number;
  height: number;
  radius: number;
}

const HOLE = 0.55; // radius of a ring's hole, as a share of its own

/**
 * Paint dots into RGBA bytes. Dots over each other hide the ground as layers of glass would, in
 * whatever order they come; where classes meet, their colors mix by how much each hides.
 *
 * `positions` holds x and y of each dot in device pixels; `classOf` gives each its ink, or -1.
 */
export function paintDots(
  bytes: Uint8ClampedArray,
  positions: ArrayLike<number>,
  classOf: (dot: number) => number,
  inks: readonly Ink[],
  { width, height, radius }: DotSize,
): void {
  const depths = inks.map(() => new Float32Array(width * height));
  const layers = inks.map(({ alpha }) => -Math.log(1 - alpha));
  const shapes = inks.map((ink) => shapeOf(ink.radius ?? radius, ink.isRing ?? false));
  for (let dot = 0; 2 * dot < positions.length; dot++) {
    const ink = classOf(dot);
    const [depth, shape] = [depths[ink], shapes[ink]];
    const [x, y] = [positions[2 * dot] as number, positions[2 * dot + 1] as number];
    if (!depth || !shape || !Number.isFinite(x + y)) continue;
    const { reach, side, covered } = shape;
    const [left, top] = [Math.round(x) - reach, Math.round(y) - reach];
    if (left < 0 || top < 0 || left + side > width || top + side > height) continue;
    const layer = layers[ink] as number;
    for (let row = 0; row < side; row++) {
      const at = (top + row) * width + left;
      for (let column = 0; column < side; column++) {
        const share = covered[row * side + column] as number;
        depth[at + column] = (depth[at + column] as number) + layer * share;
      }
    }
  }
  mix(
    bytes,
    depths,
    inks.map(({ color }) => channels(color)),
  );
}

function mix(bytes: Uint8ClampedArray, depths: Float32Array[], colors: [number, number, number][]) {
  const n_pixels = bytes.length / 4;
  for (let pixel = 0; pixel < n_pixels; pixel++) {
    let [total, red, green, blue] = [0, 0, 0, 0];
    for (let ink = 0; ink < depths.length; ink++) {
      const depth = (depths[ink] as Float32Array)[pixel] as number;
      if (depth === 0) continue;
      const color = colors[ink] as [number, number, number];
      total += depth;
      red += depth * color[0];
      green += depth * color[1];
      blue += depth * color[2];
    }
    if (total === 0) continue;
    bytes[4 * pixel] = red / total;
    bytes[4 * pixel + 1] = green / total;
    bytes[4 * pixel + 2] = blue / total;
    bytes[4 * pixel + 3] = 255 * (1 - Math.exp(-total));
  }
}

/** How much of each pixel a disc or ring covers, from 0 to 1, with a soft edge of one pixel. */
function shapeOf(radius: number, isRing: boolean) {
  const reach = Math.ceil(radius);
  const side = 2 * reach + 1;
  const disc = (radius: number, distance: number) =>
    Math.min(1, Math.max(0, radius + 0.5 - distance));
  const hole = isRing ? radius * HOLE : -1;
  const covered = Float32Array.from({ length: side * side }, (_, i) => {
    const distance = Math.hypot((i % side) - reach, Math.floor(i / side) - reach);
    return disc(radius, distance) - disc(hole, distance);
  });
  return { reach, side, covered };
}

function channels(color: string): [number, number, number] {
  const hex = color.length === 4 ? color.replace(/[^#]/g, "$&$&") : color;
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16) || 0;
  return [part(1), part(3), part(5)];
}
