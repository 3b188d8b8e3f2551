/** What is shown before there is a picture, and the button for the next step. */
import type { ReadonlySignal } from "@preact/signals-core";
import type { EmbeddingState } from "../../contract";
import type { Panel } from "../../panel";
import { h } from "../../ui/dom";

/** What would bring the cells nearer. */
export type Step = "train" | "embed";

/** The words, and what a press can do. */
export interface PlaceholderText {
  title: string;
  text: string;
  next?: Step;
}

type Now = Pick<EmbeddingState, "n_cells" | "training" | "task" | "previewing">;

/** Why no cells are shown. */
export function placeholderText({ n_cells, training, task, previewing }: Now): PlaceholderText {
  if (task.name === "embedding") return { title: "Placing the cells", text: task.text };
  if (task.name === "opening") return { title: "Opening counts", text: task.text };
  if (task.name === "mapping") return { title: "Mapping the cells", text: task.text };
  if (n_cells === 0) {
    return {
      title: "Open counts first",
      text: "in the data panel, or by session.open(…)",
    };
  }
  switch (training) {
    case "untrained":
      if (previewing) {
        return {
          title: "Mapping the cells",
          text: "A preview, before any training, appears here in seconds.",
          next: "train",
        };
      }
      return {
        title: "Train to see the cells here",
        text: "PeakVI learns which cells are alike and places similar cells together.",
        next: "train",
      };
    case "trained":
      return {
        title: "The model is trained",
        text: "Its latent space can be laid out in two dimensions now.",
        next: "embed",
      };
    case "paused":
      return { title: "Training is paused", text: "The cells appear here when it ends." };
    default:
      return {
        title: "Training for the first time",
        text: "The cells appear here when it ends.",
      };
  }
}

/** Make what covers the picture until it is there. */
export function embeddingPlaceholder(
  {
    now,
    isThere,
    isAsked,
    buttons,
  }: {
    now: ReadonlySignal<Now>;
    isThere: ReadonlySignal<boolean>;
    /** Whether the next step was asked for already. */
    isAsked: () => boolean;
    buttons: Readonly<Record<Step, HTMLButtonElement>>;
  },
  { watch }: Pick<Panel<object, never>, "watch">,
): HTMLElement {
  const [title, text] = [h("b", {}), h("span", {})];
  const { train, embed } = buttons;
  const lost = h("b", { class: "pv-if-gone" }, "The kernel stopped before there was an embedding");
  const el = h(
    "div",
    { class: "pv-empty", "data-testid": "awaited" },
    title,
    text,
    lost,
    train,
    embed,
  );
  watch(() => {
    const why = placeholderText(now.value);
    el.hidden = isThere.value;
    [title.textContent, text.textContent] = [why.title, why.text];
    const { training, task } = now.value;
    const isTraining = !["untrained", "trained"].includes(training);
    const isLive = task.name !== "" || now.value.previewing || isTraining;
    lost.hidden = !isLive;
    for (const one of [title, text]) one.toggleAttribute("data-live", isLive);
    for (const step of ["train", "embed"] as const) {
      buttons[step].hidden = why.next !== step;
      buttons[step].disabled = isAsked();
    }
  });
  return el;
}
