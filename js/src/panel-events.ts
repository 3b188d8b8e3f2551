/** What panels and the window round them tell each other, by events of the page; alone nobody hears. */

const ASKED = "peakvi-asked"; // a panel is about to ask Python for something
const POINTED = "peakvi-pointed"; // a cell is pointed at

const listen = <T>(el: HTMLElement, name: string, hear: (detail: T) => unknown, end: AbortSignal) =>
  el.addEventListener(
    name,
    (event) => {
      if (hear((event as CustomEvent<T>).detail) === false) event.preventDefault();
    },
    { signal: end },
  );
const tell = (el: HTMLElement, name: string, detail: unknown, bubbles = true): boolean =>
  el.dispatchEvent(new CustomEvent(name, { detail, bubbles, cancelable: true }));

/** Say what Python is about to be asked for; false when nobody would answer. */
export const requestAllowed = (el: HTMLElement, wish: string): boolean => tell(el, ASKED, wish);

/** Hear every wish of the panels inside; `false` from `hear` keeps it from being sent. */
export const onAsk = (el: HTMLElement, hear: (wish: string) => unknown, ended: AbortSignal) =>
  listen(el, ASKED, hear, ended);

/** Say in words which cell is pointed at; nothing for none. */
export const point = (el: HTMLElement, words: string) => tell(el, POINTED, words);

/** Hear which cell is pointed at. */
export const onPoint = (el: HTMLElement, hear: (words: string) => void, ended: AbortSignal) =>
  listen(el, POINTED, hear, ended);
