"""The gene part of a session: which gene each region belongs to."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from traitlets import TraitError, observe, validate

from ...engine.region_order import by_evidence
from ...errors import DataError
from ...jobs import Job, Steps
from ...paths import absolute_path
from ..annotating import OFF, GeneSource, RegionGenes, annotating, with_genes
from ..base import Part
from ..verb import verb

if TYPE_CHECKING:
    import pandas as pd


class Genes(Part):
    """The genes of the regions: guessed when regions are opened, or as the user says."""

    _genes_of: Any = None  # the regions and `GeneSource` that ``region_genes`` is of

    @verb(
        "genes",
        first="genome",
        work="annotating",
        can_halt=True,
        replaces=lambda _verb: True,
    )
    def annotate(
        self,
        genome: str | None = None,
        *,
        genes: str | Path | None = None,
        rule: Literal["10x", "great"] = "10x",
    ) -> None:
        """Say of which genome the regions are, or by which genes to annotate them. Long.

        Regions are annotated without it too, by the genome that they fit. The genes stand in
        ``region_genes`` and in the last columns of ``da_result``.

        Parameters
        ----------
        genome
            ``"hg38"``, ``"hg19"`` or ``"mm10"``; ``"none"`` for no genes; None to guess.
        genes
            A GTF, GFF3 or BED file of genes, instead of a genome.
        rule
            See `peakvi_widgets.annotate`.

        Raises
        ------
        DataError
            There is no such genome or rule. From ``wait()``: the file holds no genes, or regions
            have no places.
        StageError
            From ``wait()``: there are no counts.
        """
        name = _checked_genome(genome)
        if rule not in ("10x", "great"):
            raise DataError(f"There is no rule {rule!r:.60}; use '10x' or 'great'.")
        path = None if genes is None else str(absolute_path(genes))
        found: list[GeneSource] = []

        def steps(adata: Any, regions: tuple[str, ...]) -> Steps:
            read = None if path is None else (Path(path).name, _genes_in(path))
            found.append(GeneSource(name, rule, read))
            return (yield from annotating(regions, adata.uns, found[0]))

        def begin() -> Steps:
            return steps(self._counts(), self.regions)

        def annotated(result: RegionGenes | None) -> bool:
            if result is None:
                return False
            source = found[0]
            self._genes_of = self.regions, source
            self.genome, self.gene_rule, self._gene_file = source.genome, rule, source.genes
            self._take_genes(result)
            return True

        with self.lock:
            self._submit(
                "annotate",
                begin,
                on_end=annotated,
                arguments={"genome": genome, "genes": path, "rule": rule},
            )

    # -- inside ---------------------------------------------------------------------------------
    @validate("genome", "gene_rule")
    def _is_annotated_by_verb(self, proposal: Any) -> Any:
        if not self._in_step:
            raise TraitError("Genes are chosen by session.annotate(), such as annotate('hg38').")
        return proposal.value

    @observe("regions", "genome", "gene_rule", "_gene_file")
    def _annotate_regions(self, _change: Any) -> None:
        """Find the genes of other regions in the background."""
        regions = self.regions
        source = GeneSource(self.genome, self.gene_rule, self._gene_file)
        if _same(self._genes_of, (regions, source)):
            return
        self._genes_of = regions, source
        self._take_genes(RegionGenes(None))
        if not regions:
            return
        uns = dict(self.adata.uns) if self.adata is not None else {}

        def annotated(result: RegionGenes | None, error: BaseException | None) -> None:
            if error is not None:
                self._notify_failure(error)
            elif result is not None and _same(self._genes_of, (regions, source)):
                with self._step():
                    self._take_genes(result)

        def submit() -> None:
            steps = partial(annotating, regions, uns, source)
            self._derived.submit(Job("annotating", steps, on_end=annotated))

        self._afterwards(submit)

    def _take_genes(self, found: RegionGenes) -> None:
        with self._step():
            self.genome_in_use = None  # until all of it is there
            self.gene_members, self.region_genes = found.members, found.table
            self.gene_texts, self.gene_codes = found.texts, found.codes
            self.genome_in_use = found.genome

    @observe("region_genes")
    def _show_genes(self, _change: Any) -> None:
        """Write the genes into the table that is there."""
        if self.da_columns is not None and self.da_result is not None:
            self.da_result = with_genes(by_evidence(self.da_columns), self.region_genes)


def _same(before: Any, now: tuple[tuple[str, ...], GeneSource]) -> bool:
    """Return whether genes would be the same; regions are compared by identity first."""
    if before is None:
        return False
    (old, source), (regions, new) = before, now
    return (
        (source.genome, source.rule) == (new.genome, new.rule)
        and source.genes is new.genes
        and (old is regions or old == regions)
    )


def _checked_genome(genome: str | None) -> str:
    if genome in (None, "", OFF):
        return genome or ""
    from ...data.genes.gene_table import genome_name

    return genome_name(str(genome))


def _genes_in(path: str) -> pd.DataFrame:
    from ...data.genes import read_genes

    return read_genes(path)
