/** What stands in place of a picture that is not there yet, and what to do about it. */
import type { EmbeddingState } from "../contract";

/** The words, and whether the cells can be placed by a press. */
export interface Awaited {
  title: string;
  text: string;
  canEmbed?: boolean;
}

type Now = Pick<EmbeddingState, "n_cells" | "training" | "task">;

/** Why no cells are on show. */
export function awaitedOf({ n_cells, training, task }: Now): Awaited {
  if (task.name === "embedding") return { title: "Placing the cells", text: task.text };
  if (n_cells === 0) {
    return {
      title: "Open counts first",
      text: "in the data panel, or by session.open(…)",
    };
  }
  switch (training) {
    case "untrained":
      return {
        title: "Train to see the cells here",
        text: "Press Train in the training panel, or run session.train() and session.embed().",
      };
    case "trained":
      return {
        title: "The model is trained",
        text: "Its latent space can be laid out in two dimensions now.",
        canEmbed: true,
      };
    case "paused":
      return { title: "Training is paused", text: "The cells appear here when it has ended." };
    default:
      return {
        title: "Training for the first time",
        text: "The cells appear here when it has ended.",
      };
  }
}
