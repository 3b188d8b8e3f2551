/** The map after some epochs of the training: a slider through them, and the way back to one. */
import type { TrainingIntent, TrainingState } from "../../contract";
import type { Panel } from "../../panel";
import { button, h, range, row } from "../../ui/dom";
import { throttled } from "../../ui/throttle";

/** How the bases of these maps begin. */
export const EPOCH = "X_peakvi_epoch_";
const FINAL = "X_umap";

/** What a map is called beside the slider. */
const named = (basis: string): string =>
  basis === FINAL ? "UMAP" : `epoch ${basis.slice(EPOCH.length)}`;

/** Make the row; it is hidden until a training has left a map of an epoch. */
export function epochMaps(
  { wire, watch, ended }: Panel<TrainingState, TrainingIntent>,
  idle: () => boolean,
): HTMLElement {
  const [bases, basis, kept] = [wire.read("bases"), wire.read("basis"), wire.read("restorable")];
  const maps = () => {
    const names = bases.value.map(({ name }) => name);
    const epochs = names.filter((name) => name.startsWith(EPOCH));
    epochs.sort((a, b) => Number(a.slice(EPOCH.length)) - Number(b.slice(EPOCH.length)));
    return [...epochs, ...names.filter((name) => name === FINAL)];
  };
  const sender = throttled(
    (name: string) => wire.ask({ intent: "show_basis", basis: name }),
    ended,
  );
  const text = h("output", { class: "pv-num", "aria-live": "off" });
  const say = (name: string) => {
    text.value = named(name);
    slider.setAttribute("aria-valuetext", named(name));
  };
  const slide = (at: number) => {
    const name = maps()[at];
    if (!name) return;
    say(name);
    sender.send(name);
  };
  const slider = range(slide, {
    ...{ ended, testid: "epoch-map", label: "map after an epoch", min: 0, max: 0, step: 1 },
    title: "The cells after some epochs, along the two main axes of the latent space",
  });
  slider.toggleAttribute("data-asks", true);
  const keep = (event: KeyboardEvent) => {
    if (event.key.startsWith("Arrow")) event.stopPropagation(); // here they move the slider
  };
  slider.addEventListener("keydown", keep, { signal: ended });
  const restore = button(
    "Go on from here",
    () => wire.ask({ intent: "restore_epoch", epoch: Number(basis.value.slice(EPOCH.length)) }),
    {
      ...{ ended, asks: true, testid: "restore-epoch" },
      title: "Restore the weights after this epoch, to train on from them; undo goes back",
    },
  );
  const shown = row("map after", h("span", { class: "pv-slider" }, slider, text));
  const el = h(
    "div",
    { "data-testid": "epoch-maps" },
    shown,
    h("div", { class: "pv-actions" }, restore),
  );
  watch(() => {
    const there = maps();
    el.hidden = !there.some((name) => name.startsWith(EPOCH));
    if (sender.busy.value) return; // what comes in may be older than what is shown
    const at = there.indexOf(basis.value);
    slider.max = `${there.length - 1}`;
    slider.valueAsNumber = at < 0 ? there.length - 1 : at;
    if (at < 0) text.value = "";
    else say(there[at] as string);
  });
  watch(() => {
    restore.disabled = !idle() || !kept.value.includes(basis.value);
  });
  return el;
}
