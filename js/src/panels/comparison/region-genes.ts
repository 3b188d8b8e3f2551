/** The genes of the regions, as columns of their table. */
import { computed, type ReadonlySignal } from "@preact/signals-core";
import { type Columns, numbers, type WireArray } from "../../arrays";
import type { DifferentialState, VolcanoState } from "../../contract";
import type { Panel } from "../../panel";

type GeneState = Pick<DifferentialState & VolcanoState, "gene_texts" | "gene_codes">;
export type GeneColumns = Columns["columns"];

/** The columns gene, where and distance; `undefined` while or where they are not known. */
export function regionGenes(
  wire: Pick<Panel<GeneState, never>["wire"], "read">,
): ReadonlySignal<GeneColumns | undefined> {
  const [texts, codes] = [wire.read("gene_texts"), wire.read("gene_codes")];
  return computed(() => genesOf(texts.value, codes.value));
}

/** The same from what came over the wire: texts are sent once, and rows name them by number. */
export function genesOf(
  texts: readonly string[],
  codes: GeneState["gene_codes"],
): GeneColumns | undefined {
  if (!codes?.gene || !codes.where || !codes.distance) return undefined;
  const named = (array: WireArray) =>
    Array.from(numbers(array), (code) => texts[code as number] ?? "");
  return {
    gene: named(codes.gene),
    where: named(codes.where),
    distance: numbers(codes.distance),
  };
}
