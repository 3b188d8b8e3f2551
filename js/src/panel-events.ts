/** Events between panels and the window around them; a panel outside of a window has no listener. */

const ASKED = "peakvi-asked"; // a panel is about to ask Python for something
const POINTED = "peakvi-pointed"; // a cell is pointed at

const listen = <T>(el: HTMLElement, name: string, run: (detail: T) => unknown, end: AbortSignal) =>
  el.addEventListener(
    name,
    (event) => {
      if (run((event as CustomEvent<T>).detail) === false) event.preventDefault();
    },
    { signal: end },
  );
const send = (el: HTMLElement, name: string, detail: unknown, bubbles = true): boolean =>
  el.dispatchEvent(new CustomEvent(name, { detail, bubbles, cancelable: true }));

/** Announce what Python is about to be asked for; false when it must not be sent. */
export const requestAllowed = (el: HTMLElement, request: string): boolean =>
  send(el, ASKED, request);

/** Run for every request of the panels inside; `false` from `run` keeps it from being sent. */
export const onAsk = (el: HTMLElement, run: (request: string) => unknown, ended: AbortSignal) =>
  listen(el, ASKED, run, ended);

/** Describe the cell that is pointed at; an empty text for none. */
export const point = (el: HTMLElement, words: string) => send(el, POINTED, words);

/** Run with a description of each cell that is pointed at. */
export const onPoint = (el: HTMLElement, run: (words: string) => void, ended: AbortSignal) =>
  listen(el, POINTED, run, ended);
