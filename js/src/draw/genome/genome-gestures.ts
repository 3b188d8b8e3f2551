/** Mouse and finger along the genome: drag to move, wheel to zoom, click. */
import { placeIn } from "../../ui/pointer-place";
import { moved, type View, zoomed } from "./genome-data";

const CLICK = 4; // pixels that a click may move

/** What gestures lead to. */
export interface Led {
  view(): View;
  /** What scrolls up and down. */
  scroller(): HTMLElement;
  /** Bring another stretch into sight. */
  go(view: View): void;
  /** The end of a drag. */
  settle(): void;
  hover(event?: MouseEvent): void;
  click(event: MouseEvent): void;
  /** Whether it is held. */
  hold(is: boolean): void;
}

/** Follow pointer and wheel on an element. */
export function genomeGestures(el: HTMLElement, led: Led, ended: AbortSignal): void {
  let held: { x: number; y: number; view: View; scroll: number; isDrag: boolean } | undefined;
  let [isOurs, came] = [false, ""]; // a page that slides under a resting pointer scrolls on
  const perPixel = ({ start, end }: View) => (end - start) / (el.clientWidth || 1);
  function listen(name: keyof HTMLElementEventMap, run: (event: PointerEvent) => void) {
    el.addEventListener(name, run as EventListener, { signal: ended });
  }
  listen("pointerdown", (event) => {
    if (event.button !== 0) return;
    const { scrollTop: scroll } = led.scroller();
    held = { x: event.clientX, y: event.clientY, view: led.view(), scroll, isDrag: false };
    led.hold(true);
  });
  listen("pointermove", (event) => {
    const now = `${event.screenX} ${event.screenY}`;
    isOurs ||= came !== "" && came !== now;
    came = now;
    if (!held) return led.hover(event);
    const [dx, dy] = [event.clientX - held.x, event.clientY - held.y];
    if (!held.isDrag && Math.hypot(dx, dy) > CLICK) {
      held.isDrag = true;
      el.setPointerCapture?.(event.pointerId);
      el.dataset.held = "";
    }
    if (!held.isDrag) return;
    led.scroller().scrollTop = held.scroll - dy;
    led.go(moved(held.view, -dx * perPixel(held.view)));
  });
  const release = (event: PointerEvent) => {
    const was = held;
    held = undefined;
    delete el.dataset.held;
    led.hold(false);
    if (was?.isDrag) led.settle();
    else if (was && event.type === "pointerup") led.click(event);
  };
  listen("pointerup", release);
  listen("pointercancel", release);
  listen("pointerleave", () => {
    [isOurs, came] = [false, ""];
    if (held?.isDrag) return;
    held = undefined;
    led.hold(false);
    led.hover();
  });
  el.addEventListener(
    "wheel",
    (event) => {
      if (!isOurs && !event.ctrlKey && document.activeElement !== led.scroller()) return;
      event.preventDefault();
      event.stopPropagation();
      const view = led.view();
      const unit = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1;
      const [across, down] = [event.deltaX * unit, event.deltaY * unit];
      if (Math.abs(across) > Math.abs(down)) {
        led.go(moved(view, across * perPixel(view)));
        return;
      }
      const at = view.start + placeIn(el, event)[0] * perPixel(view);
      led.go(zoomed(view, Math.exp(-down * (event.ctrlKey ? 0.01 : 0.002)), at));
    },
    { signal: ended, passive: false },
  );
}
