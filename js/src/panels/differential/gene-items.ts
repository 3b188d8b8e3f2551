/** Genes that a search finds: each colors the cells by what is open in it. */
import type { CommandItem } from "../../commands";
import { hasWords } from "../../commands";

const MAX_FOUND = 6; // genes that a search shows

const known = new WeakMap<readonly string[], readonly string[]>();

/** The genes of regions, each once; a region may name several. */
function namesIn(genes: readonly string[]): readonly string[] {
  let names = known.get(genes);
  if (!names) {
    names = [...new Set(genes.flatMap((gene) => gene.split(";")))].filter(Boolean).sort();
    known.set(genes, names);
  }
  return names;
}

/** What to do with the genes that have these words in their names; a whole name comes first. */
export function geneItems(
  genes: readonly string[] | undefined,
  words: readonly string[],
  color: (gene: string) => void,
): CommandItem[] {
  if (!genes || words.length === 0) return [];
  const found = namesIn(genes).filter((gene) => hasWords(gene, words));
  const rank = (gene: string) => (words.includes(gene.toLowerCase()) ? 0 : 1);
  return found
    .sort((a, b) => rank(a) - rank(b))
    .slice(0, MAX_FOUND)
    .map((gene) => ({
      id: `gene ${gene}`,
      title: `Color by ${gene}, open regions in promoter and body`,
      python: `session.color_by = "${gene}"`,
      enabled: true,
      run: () => color(gene),
    }));
}
