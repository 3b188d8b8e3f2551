/** What cannot be done in a hidden tab, done when it comes into sight. */

/** Run whenever an element gets a size after it had none; it has one by then. */
export function whenVisible(el: HTMLElement, ended: AbortSignal, run: () => void): void {
  let hidden = true;
  let frame = 0;
  const observer = new ResizeObserver(() => {
    const is = el.clientHeight === 0;
    if (hidden && !is) frame = requestAnimationFrame(run); // after the others have measured
    hidden = is;
  });
  observer.observe(el);
  ended.addEventListener(
    "abort",
    () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
    },
    { once: true },
  );
}
