"""Genes of the regions, and the stretch of the genome that is looked at."""

from __future__ import annotations

from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Enum, Instance, Int, Tuple, Unicode

from ...arrays import ArrayTrait
from .. import records
from ..annotating import Genome
from ..region_strip import RegionStrip
from ..tags import Tagged, state


class RegionTraits(Tagged):
    """Genes of the regions, and the stretch of the genome that is looked at.

    Attributes
    ----------
    genome
        Genome of the genes: "hg38", "hg19", "mm10", "none", or empty to guess it.
    gene_rule
        How regions are assigned to genes: ``"10x"`` or ``"great"``; see ``annotate``.
    genome_in_use
        What ``region_genes`` was found by, as a `Genome`; None before it is known.
    region_genes
        Gene, kind of place and distance to the main TSS of each region (``gene``, ``where``,
        ``distance``), with ``regions`` as index; None while or where they are not known.
    gene_texts, gene_codes
        The same for panels: the different texts, and the columns as numbers.
    gene_members
        The regions in promoter and body of each gene, as `GeneRegions`; None while not known.
    fragments
        Path of the fragments file that ``use_fragments`` named; empty for one beside the counts.
    region_window, region_tracks
        The `RegionWindow` that is looked at, and the `RegionTracks` there; None while not known.
    region_marks
        For each region of ``region_tracks``: 1 if the table calls it and it is not confirmed, 2 if
        it is, 3 if that was not checked, else 0; empty without a table of the groups of now. uint8.
    region_strip
        The `RegionStrip` of the region that colors the cells, while ``region_viewers`` is not 0;
        None without one.
    region_viewers
        Number of panels on screen that show it, None without any; with 0 it is found when asked.
    tracks_by
        Column of ``obs`` whose categories are compared in it; empty for the groups, or without
        groups for the categories that color the cells.
    """

    # genes
    genome = state(Unicode(), undo=True, file="plain", of="source", is_new=True)
    gene_rule = state(
        Enum(("10x", "great"), "10x"), undo=True, file="plain", of="source", is_new=True
    )
    _gene_file: Any = state(AnyTrait(None), undo=True, of="source")  # its name, and its genes
    genome_in_use = Instance(Genome, allow_none=True)
    region_genes: Any = AnyTrait(None)
    gene_texts: Any = Tuple()
    gene_codes: Any = AnyTrait(None)
    gene_members: Any = AnyTrait(None)
    _seals: Any = Tuple()  # pairs of a reference to counts and their `Seal`

    # a stretch of the genome
    fragments = state(Unicode(), file="plain", of="source", is_new=True)
    region_window = state(Instance(records.RegionWindow, allow_none=True), of="source")
    region_tracks = state(Instance(records.RegionTracks, allow_none=True), follows=True)
    region_marks = state(ArrayTrait("uint8"), follows=True)
    region_strip = state(Instance(RegionStrip, allow_none=True), follows=True)
    region_viewers = state(Int(None, allow_none=True), follows=True)
    tracks_by = state(Unicode(), of="source")
