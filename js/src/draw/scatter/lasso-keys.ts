/** Keys of the tools: Space pans, Enter closes a polygon, Escape and Backspace undo, +, - and Home zoom. */
import type { GestureTarget } from "./lasso-pointer";
import type { Drawable } from "./scatter";

/** Listen to the keys on a scatter's surface. */
export function lassoKeys(
  scatter: Drawable,
  target: GestureTarget,
  holdSpace: (isHeld: boolean) => void,
  ended: AbortSignal,
): void {
  const { surface } = scatter;
  const { line } = target;
  const key = (event: KeyboardEvent) => {
    const isDown = event.type === "keydown";
    const isPolygon = line.isActive && target.tool === "polygon";
    if (event.key === " " && scatter.look) holdSpace(isDown);
    else if (!isDown) return;
    else if (event.key === "Escape" && line.isActive) target.stop();
    else if (event.key === "Enter" && isPolygon) target.close(event);
    else if (event.key === "Backspace" && isPolygon) {
      line.truncate(line.vertices.length - 1);
      if (line.vertices.length === 0) target.stop();
      else line.update();
    } else if (event.ctrlKey || event.metaKey || event.altKey)
      return; // the browser zooms by them
    else if (event.key === "Home" && !event.shiftKey && scatter.fit) scatter.fit();
    else if (!scatter.zoom) return;
    else if (event.key === "+" || event.key === "=") scatter.zoom(1.25);
    else if (event.key === "-") scatter.zoom(0.8);
    else return;
    event.preventDefault();
    event.stopPropagation();
    target.changed();
  };
  surface.addEventListener("keydown", key, { signal: ended });
  surface.addEventListener("keyup", key, { signal: ended });
  surface.addEventListener("blur", () => holdSpace(false), { signal: ended });
}
