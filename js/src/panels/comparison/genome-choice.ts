/** Which genome the regions are of: guessed, or chosen. */
import { type DifferentialIntent, type DifferentialState, GENOMES } from "../../contract";
import type { Panel } from "../../panel";
import { select } from "../../ui/dom";

const GUESS = "";
const OFF = "none";

/** Make the choice; it says what is in use and why, and marks a genome that may be wrong. */
export function genomeChoice({
  wire,
  watch,
  ended,
}: Pick<Panel<DifferentialState, DifferentialIntent>, "wire" | "watch" | "ended">): HTMLElement {
  const [genome, inUse] = [wire.read("genome"), wire.read("genome_in_use")];
  const choose = (value: string) => {
    wire.ask({ intent: "annotate", genome: value || null });
    choice.value = genome.value; // until Python has it
  };
  const choice = select([], choose, { ended, testid: "da-genome" });
  watch(() => {
    const now = inUse.value;
    const guessed = now?.is_guessed ? now.name || "no genome fits" : "";
    const named = Object.entries(GENOMES).map(([value, of]) => ({
      value,
      label: `${value} (${of})`,
    }));
    choice.setChoices([
      { value: GUESS, label: guessed ? `guessed: ${guessed}` : "guess" },
      ...named,
      { value: OFF, label: "no genes" },
    ]);
    choice.value = genome.value;
    choice.title = now?.sentence ?? "";
    choice.toggleAttribute("data-warn", now !== null && !now.is_sure);
  });
  return choice;
}
