/** Genes of regions: columns of the grid, of its files, and what the palette finds. */
import { describe, expect, it } from "vitest";
import { commandItemsIn } from "../src/commands";
import type { Genome } from "../src/contract";
import { genesOf } from "../src/panels/comparison/region-genes";
import { floats, REGIONS, state } from "./comparison-state";
import { eachWithStillTimers, opened } from "./opened-differential";

eachWithStillTimers();

const genes = {
  gene_texts: ["", "MS4A1", "PAX5", "distal", "intergenic", "promoter"],
  gene_codes: {
    gene: floats(1, 2, 0),
    where: floats(5, 3, 4),
    distance: floats(0, -15_278, Number.NaN),
  },
};
const HG38: Genome = {
  name: "hg38",
  sentence: "4.1% of the regions touch a promoter of hg38.",
  is_guessed: true,
  is_sure: true,
};

describe("genes", () => {
  it("are texts by their numbers, in the order of the regions", () => {
    expect(genesOf(genes.gene_texts, genes.gene_codes)).toMatchObject({
      gene: ["MS4A1", "PAX5", ""],
      where: ["promoter", "distal", "intergenic"],
    });
    expect(genesOf([], null)).toBeUndefined();
  });

  it("stand beside their regions, and can be looked for", () => {
    const { rows, find, type, text } = opened(state(genes));
    expect(find("da-header-gene").textContent).toContain("gene");
    expect(rows()[0]?.textContent).toContain("PAX5");
    expect(rows()[0]?.textContent).toContain("−15,278");
    type("da-filter-gene", "ms4a1", "input");
    expect(rows().map((row) => row.dataset.region)).toEqual([REGIONS[0]]);
    expect(text("da-shown")).toContain("1");
  });

  it("are no columns while they are not known, or of other regions", () => {
    const { el, set } = opened();
    const has = () => el.querySelector("[data-testid=da-header-gene]") !== null;
    expect(has()).toBe(false);
    set(genes);
    expect(has()).toBe(true);
    const one = { gene: floats(1), where: floats(5), distance: floats(0) };
    set({ gene_codes: one });
    expect(has()).toBe(false);
  });

  it("lead the palette to their regions", () => {
    const { el, model } = opened(state(genes));
    const [found, ...more] = commandItemsIn([el], ["ms4a1"]).filter(({ id }) =>
      id.startsWith("region "),
    );
    expect([found?.title, more]).toEqual([`Color by ${REGIONS[0]}, MS4A1`, []]);
    found?.run();
    expect(model.get("color_by")).toBe(REGIONS[0]);
  });
});

describe("a gene", () => {
  it("is found by its name and colors the cells", () => {
    const { el, model } = opened(state(genes));
    const [found, ...more] = commandItemsIn([el], ["ms4a1"]).filter(({ id }) =>
      id.startsWith("gene "),
    );
    expect([found?.title, found?.python, more]).toEqual([
      "Color by MS4A1, open regions in promoter and body",
      'session.color_by = "MS4A1"',
      [],
    ]);
    found?.run();
    expect(model.get("color_by")).toBe("MS4A1");
  });
});

describe("the genome", () => {
  it("is shown as guessed, with the reason, and marked where it may be wrong", () => {
    const { find, set } = opened(state({ ...genes, genome_in_use: HG38 }));
    const choice = find<HTMLSelectElement>("da-genome");
    expect(choice.selectedOptions[0]?.textContent).toBe("guessed: hg38");
    expect([choice.title, choice.hasAttribute("data-warn")]).toEqual([HG38.sentence, false]);
    set({ genome_in_use: { ...HG38, is_sure: false } });
    expect(choice.hasAttribute("data-warn")).toBe(true);
    set({ genome_in_use: { name: "", sentence: "none", is_guessed: true, is_sure: true } });
    expect(choice.selectedOptions[0]?.textContent).toBe("guessed: no genome fits");
  });

  it("is asked for, and changes only when Python has it", () => {
    const { find, type, sent, set } = opened(state({ ...genes, genome_in_use: HG38 }));
    type("da-genome", "hg19");
    expect(sent).toEqual([{ intent: "annotate", genome: "hg19" }]);
    expect(find<HTMLSelectElement>("da-genome").value).toBe("");
    set({ genome: "hg19", genome_in_use: { ...HG38, name: "hg19", is_guessed: false } });
    expect(find<HTMLSelectElement>("da-genome").value).toBe("hg19");
    type("da-genome", "");
    expect(sent.at(-1)).toEqual({ intent: "annotate", genome: null });
  });
});
