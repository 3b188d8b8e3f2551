/** Where a pointer is in an element's own pixels, also where an ancestor is zoomed or scaled by CSS. */

/** What a mouse or pointer event says of its place. */
type At = Pick<MouseEvent, "clientX" | "clientY">;

/** Pixels of the page for one of the element's own, across and down; 1 where nothing scales it. */
export function scaleOnPage(el: HTMLElement): [x: number, y: number] {
  const { width, height } = el.getBoundingClientRect();
  return [share(width, el.offsetWidth), share(height, el.offsetHeight)];
}

/** A place in the element's own pixels, from the top left of its padding box. */
export function placeIn(el: HTMLElement, { clientX, clientY }: At): [x: number, y: number] {
  const { left, top } = el.getBoundingClientRect();
  const [scaleX, scaleY] = scaleOnPage(el);
  return [(clientX - left) / scaleX - el.clientLeft, (clientY - top) / scaleY - el.clientTop];
}

/** The layout's own size is rounded to whole pixels: a smaller difference than that is none. */
function share(onPage: number, own: number): number {
  if (!(onPage > 0) || !(own > 0) || Math.abs(onPage - own) < 1) return 1;
  return onPage / own;
}
