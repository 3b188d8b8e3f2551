"""The region sets of a session: regions that are starred, or kept under names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, get_args

from traitlets import TraitError, validate

from ...arguments import shown
from ...errors import DataError, StageError
from ...paths import absolute_path
from ..base import Part
from ..region_sets import (
    STARRED,
    Sets,
    checked_set_name,
    checked_sets,
    combined,
    counted,
    regions_in,
    with_set,
    without_set,
)
from ..region_window import RegionPlaces
from ..verb import verb

WhichRegions = Literal["called", "confirmed", "all"]


class RegionSets(Part):
    """Sets of regions that have names; a region may be in several."""

    @verb("named regions", first="name")
    def name_regions(self, name: str, regions: list[str] | str) -> None:
        """Keep some regions as a set; one of this name is replaced, and a notice says so.

        Parameters
        ----------
        name
            Text without semicolons.
        regions
            Names of regions, such as ``session.da_result.index[:20]``; or sets that there are:
            ``"B & starred"`` (in both), ``"B | T"`` (in either), ``"B - T"`` (in B alone).

        Raises
        ------
        DataError
            It is not a name, or no such regions or sets are there.
        StageError
            There are no counts.
        """
        with self.lock:
            name = checked_set_name(name)
            if isinstance(regions, str):
                given: list[str] | str = regions
                found: Iterable[str] = combined(self.region_sets, regions)
            else:
                given = found = self._known_regions(regions)
            recorded = {"name": name, "regions": given}
            self._set_region_sets("name_regions", recorded, name, tuple(found))

    @verb("star", first="region")
    def star_region(self, region: str, starred: bool = True) -> None:
        """Add a region to the set "starred", or take it out of it.

        Raises
        ------
        DataError
            There is no such region.
        StageError
            There are no counts.
        """
        with self.lock:
            before = next((one.regions for one in self.region_sets if one.name == STARRED), ())
            if starred or region not in before:  # a starred one may be filtered out
                (region,) = self._known_regions([region])
            if (region in before) == starred:
                return
            after = (*before, region) if starred else tuple(r for r in before if r != region)
            recorded = {"region": region, "starred": starred}
            self._set_region_sets("star_region", recorded, STARRED, after)

    @verb("removed region set", first="name")
    def remove_region_set(self, name: str) -> None:
        """Forget a set of regions.

        Raises
        ------
        DataError
            There is no such set.
        """
        with self.lock:
            after = without_set(self.region_sets, name)
            self._record_region_sets("remove_region_set", {"name": name}, after)

    @verb("regions of a file", first="path")
    def regions_from_bed(self, path: str | Path, name: str | None = None) -> None:
        """Keep the regions that share at least one base with a place of a BED file.

        Parameters
        ----------
        path
            A BED file, perhaps packed by gzip. Chromosomes may be written with or without "chr".
        name
            Of the set; None for the name of the file.

        Raises
        ------
        DataError
            It is not such a file, or no region shares a base with its places.
        StageError
            There are no counts.
        """
        from ...data.bed import read_bed

        path = absolute_path(path)
        with self.lock:
            self._counts()
            name = checked_set_name(name or path.name.removesuffix(".gz").removesuffix(".bed"))
            found = self._regions_on(read_bed(path), path.name)
            recorded = {"path": str(path), "name": name}
            self._set_region_sets("regions_from_bed", recorded, name, found)

    def regions_from_bed_text(self, text: str, name: str) -> None:
        """Keep the regions that share at least one base with a place of a BED file's text.

        Parameters
        ----------
        text
            What the file holds; the script holds the regions that were found.
        name
            Of the set.

        Raises
        ------
        DataError
            It is not such a text, or no region shares a base with its places.
        StageError
            There are no counts.
        """
        from ...data.bed import places_of_bed

        with self.lock:
            self._counts()
            self.name_regions(name, list(self._regions_on(places_of_bed(text, name), name)))

    def save_region_set(self, name: str, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write a set of regions to a BED file, as `peakvi_widgets.write_bed` does.

        Parameters
        ----------
        name
            Of the set.
        path
            Where to write, such as ``"starred.bed"``.
        overwrite
            Whether a file that is there may be replaced.

        Returns
        -------
        Where it is, as an absolute path.

        Raises
        ------
        DataError
            There is no such set, a name is not a place, or the file cannot be written.
        """
        from ...data import write_bed

        with self.lock:
            regions = regions_in(self.region_sets, name)
        written = write_bed(regions, path, overwrite=overwrite)
        self.notify(f"{counted(len(regions), 'region')} of {name} are saved in {written}.")
        return written

    def save_regions(
        self, path: str | Path, which: WhichRegions = "called", *, overwrite: bool = False
    ) -> Path:
        """Write regions of the comparison to a BED file, as `peakvi_widgets.write_bed` does.

        Parameters
        ----------
        path
            Where to write, such as ``"called.bed"``.
        which
            ``"called"``, ``"confirmed"`` by held-out fragments, or ``"all"``.
        overwrite
            Whether a file that is there may be replaced.

        Returns
        -------
        Where it is, as an absolute path.

        Raises
        ------
        StageError
            No groups were compared yet, or the table has none of these regions.
        DataError
            It is another word, a name is not a region, or the file cannot be written.
        """
        from ...data import write_bed

        if which not in get_args(WhichRegions):
            raise DataError(f"which is {shown(which)}; use 'called', 'confirmed' or 'all'.")
        with self.lock:
            table = self.da_result
        if table is None:
            raise StageError("No groups were compared yet; make two groups and compare() first.")
        if which == "confirmed" and "is_confirmed" not in table:
            raise StageError("This comparison was not checked; set up with held_out=0.2.")
        flag = {"called": "is_da_fdr", "confirmed": "is_confirmed"}.get(which)
        chosen = table if flag is None else table[table[flag].fillna(False).astype(bool)]
        if not len(chosen):
            raise StageError(f"No region is {which}; use which='all' for those that are not.")
        written = write_bed(chosen, path, overwrite=overwrite)
        self.notify(f"{len(chosen):,} regions are saved in {written}.")
        return written

    # -- inside ---------------------------------------------------------------------------------
    def _known_regions(self, regions: Iterable[Any]) -> list[str]:
        """Return names of regions, each once, in the order of the counts."""
        self._counts()
        rows = {name: row for row, name in enumerate(self.regions)}
        names = list(dict.fromkeys(map(str, regions)))
        missing = [name for name in names if name not in rows]
        if missing:
            raise DataError(
                f"{counted(len(missing), 'region')} of {len(names):,} are not in the counts, such "
                f"as {shown(missing[0])}."
            )
        return sorted(names, key=rows.__getitem__)

    def _regions_on(self, table: Any, source: str) -> tuple[str, ...]:
        """Return the regions that share a base with any of some places."""
        places = RegionPlaces(self.regions, self.adata.var)
        rows = places.overlapping(table["chr"], table["start"], table["end"])
        if not len(rows):
            raise DataError(
                f"No region shares a base with the {counted(len(table), 'place')} of {source}; "
                "check that it uses the same genome."
            )
        return tuple(self.regions[row] for row in rows)

    def _set_region_sets(
        self, verb_name: str, arguments: dict[str, Any], name: str, regions: tuple[str, ...]
    ) -> None:
        before = next((one for one in self.region_sets if one.name == name), None)
        sets = with_set(self.region_sets, name, regions)
        self._record_region_sets(verb_name, arguments, sets, counted(len(regions), "region"))
        if before is not None and before not in sets and verb_name != "star_region":
            now, earlier = counted(len(regions), "region"), f"{len(before.regions):,}"
            self.notify(f"The set {name} was replaced: {now} instead of {earlier}; undo goes back.")

    def _record_region_sets(
        self, verb_name: str, arguments: dict[str, Any], sets: Sets, comment: str = ""
    ) -> None:
        self._opened()
        with self._step():
            before = {"region_sets": self.region_sets}
            self.region_sets = sets
            self._note(verb_name, arguments, before, comment)

    @validate("region_sets")
    def _are_set_by_verbs(self, proposal: Any) -> Sets:
        sets = tuple(proposal.value)
        if not self._in_step:
            raise TraitError("Sets of regions are made by session.name_regions('name', regions).")
        return checked_sets(sets)
