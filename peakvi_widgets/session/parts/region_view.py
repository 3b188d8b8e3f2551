"""The region part of a session: a stretch of the genome with its genes, and how open it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from traitlets import TraitError, observe, validate

from ...arguments import listed, shown
from ...errors import DataError, StageError
from ...jobs import Dropped, Job, Steps
from ...paths import absolute_path
from ..annotating import genes_in_use
from ..atomic import Work
from ..base import Part
from ..records import RegionTracks, RegionWindow
from ..region_choice import marks_of
from ..region_fragments import lies_with
from ..region_groups import Track, cells_of_track, column_of_tracks, digest_of, tracks_of
from ..region_steps import CountsLook, RegionQuestion, cells_found, looking, writing_bigwig
from ..region_window import NEIGHBORHOOD, RegionPlaces, around, shares_a_base, window_of
from ..verb import verb

MARKED = ("estimate", "final")  # states of a comparison whose table is of the groups of now


class RegionView(Part):
    """What lies in a stretch of the genome, and how open it is in each group of cells."""

    _kept: CountsLook | None = None
    _looking: Job | None = None
    _looked: Any = None  # what `region_tracks` is of, or will be
    _looked_called: Any = None  # the regions that the table called then
    _is_asked = False  # by `show_region`, and work that has not ended may change the answer

    def show_region(self, where: str | int) -> None:
        """Look at a stretch of the genome; ``region_tracks`` soon holds what is there.

        Parameters
        ----------
        where
            Name or position of a region, with 100,000 bp around it;
            ``"chr11:60,400,000-60,500,000"``; one place, with as much around it; or a gene.

        Raises
        ------
        DataError
            It is none of these, or too long a stretch.
        StageError
            There are no counts.
        """
        with self._step():
            self._counts()
            self.region_window = window_of(where, self._region_places(), genes_in_use(self))
            self._is_asked = True
            self._afterwards(partial(self._look_at_region, asked=True))

    @verb("fragments", first="path", work="reading fragments", replaces=lambda _verb: True)
    def use_fragments(self, path: str | Path | None = None) -> None:
        """Say in which file the fragments of the cells are, for their coverage. Long.

        A file that is called as usual and lies beside the counts is found without it.

        Parameters
        ----------
        path
            ``fragments.tsv.gz`` of Cell Ranger, with its index (``.tbi``) beside it; None for what
            lies beside the counts.

        Raises
        ------
        DataError
            From ``wait()``: it is not such a file, it has no index, its barcodes are of other
            cells, or pysam is not installed.
        StageError
            From ``wait()``: there are no counts.
        """
        chosen = "" if path is None else str(absolute_path(path))

        def steps(cells: list[str]) -> Steps:
            yield "reading fragments"
            if not chosen:
                return ""
            from ...data.fragments import FragmentsFile

            with FragmentsFile(chosen, cells) as file:
                return cells_found(file, len(cells))

        def begin() -> Steps:
            return steps(list(self._counts().obs_names))

        def used(sentence: str | None) -> bool:
            if sentence is None:
                return False
            self.fragments = chosen
            if sentence:
                self.notify(sentence)
            return True

        with self.lock:
            self._submit("use_fragments", begin, on_end=used, arguments={"path": chosen or None})

    def write_bigwig(
        self,
        path: str | Path,
        group: int | str = 1,
        *,
        bin_size: int = 50,
        overwrite: bool = False,
    ) -> None:
        """Write the cut sites of a group as a bigWig, in counts per million of its own. Long.

        Parameters
        ----------
        path
            A file that ends in ``.bw`` or ``.bigwig``.
        group
            1 or 2 for group 1 or group 2, or the name of a track of ``region_tracks``.
        bin_size
            Base pairs, 1 to 1,000,000.
        overwrite
            Whether a file that is there may be replaced.

        Raises
        ------
        DataError
            There is no such group or bin. From ``wait()``: there is no fragments file, the file
            cannot be written, or pyBigWig is not installed.
        StageError
            There are no counts, or the group is empty.
        """
        from ...data.fragments import valid_bin_size

        bin_size, target = valid_bin_size(bin_size), absolute_path(path)
        with self.lock:
            self._counts()
            cells = cells_of_track(group, self._tracks(), self.idx1, self.idx2)

            def begin() -> Steps:
                asked = self._question(self.region_window or RegionWindow("", 0, 1))
                genome = self.genome_in_use.name if self.genome_in_use else ""
                return writing_bigwig(asked, cells, target, genome, bin_size, overwrite)

            def written(is_done: bool | None) -> None:
                if is_done:
                    self.notify(f"The coverage of {len(cells):,} cells is saved in {target}.")

            self._submit(
                "writing a bigWig",
                begin,
                on_steps=lambda shares: self._progress(target.name, shares[-1]),
                on_end=written,
            )

    # -- inside ---------------------------------------------------------------------------------
    def _counts_look(self) -> CountsLook:
        """Return what is kept of the counts of now."""
        if self._kept is None or self._kept.version != self.counts_version:
            self._kept = CountsLook(self.counts_version)
        return self._kept

    def _region_places(self) -> RegionPlaces:
        kept = self._counts_look()
        if kept.places is None:
            kept.places = RegionPlaces(self.regions, self.adata.var)
        return kept.places

    def _tracks(self) -> tuple[Track, ...]:
        return tracks_of(self, column_of_tracks(self))

    def _question(self, window: RegionWindow) -> RegionQuestion:
        is_known = self._has_weights() and self.training == "trained"
        return RegionQuestion(
            window=window,
            counts=self.adata.X,
            cells=self.adata.obs_names,
            regions=self.regions,
            tracks=self._tracks(),
            column=column_of_tracks(self),
            model=self.model if is_known else None,
            genes=genes_in_use(self),
            fragments=self.fragments,
            source=self.source,
            uns=dict(self.adata.uns),
            places=self._region_places(),
            called=self._called(),
            kept=self._counts_look(),
        )

    def _called(self) -> np.ndarray:
        """Return the rows of the regions that the table of the groups of now calls."""
        if self.da_columns is None or self.da_state not in MARKED:
            return np.empty(0, int)
        return np.flatnonzero(self.da_columns["is_da_fdr"].to_numpy(bool))

    @observe(
        "region_window", "region_viewers", "tracks_by", "color_by", "obs_columns", "fragments",
        "groups_version", "weights_version", "counts_version", "training", "region_genes", "colors",
    )  # fmt: skip
    def _something_changed(self, _change: Any) -> None:
        self._afterwards(self._look_at_region)

    @observe("region_tracks", "da_columns", "da_state")
    def _calls_changed(self, _change: Any) -> None:
        if self.region_tracks is not None and self.region_tracks.regions_words:
            self._afterwards(self._look_at_calls)

    def _look_at_calls(self) -> None:
        """Choose again among too many regions when the table calls others."""
        if self._looked and not np.array_equal(self._called(), self._looked_called):
            self._looked = (None, *self._looked[1:])
            self._look_at_region()

    def _look_at_region(self, asked: bool = False) -> None:
        """Find out again what is in the window, unless it is known or out of sight."""
        window = self.region_window
        if window is None or self.adata is None:
            self._drop_tracks()
            return
        column = column_of_tracks(self)
        state = (
            column, digest_of(self._tracks()) if column else b"", self.groups_version,
            self._weights_now(), self.counts_version, self.training == "trained",
            self.fragments, id(self.region_genes),
        )  # fmt: skip
        is_missing = self.region_tracks is None and self._looking is None
        if self._looked == (window, *state) and not (asked and is_missing):
            self._forget_asked()
            return
        is_of_now = self._looked is not None and self._looked[1:] == state
        if not is_of_now or not shares_a_base(self.region_tracks, window):
            self.region_tracks = None  # what is there is of other cells, weights or places
        self._drop_look()
        if self.region_viewers == 0 and not self._is_asked:
            return
        self._looked = key = (window, *state)
        self._looked_called = self._called()
        try:
            steps = partial(looking, self._question(window))
        except (DataError, StageError) as error:
            self.region_tracks = None
            if not asked:
                self._notify_failure(error)
                return
            steps = partial(_failing, error)  # wait() raises it
        job = Job(
            "looking",
            steps,
            on_steps=lambda values: self._take_first(job, key, values),
            on_end=lambda *end: self._look_ended(job, key, *end),
        )
        self._looking = job
        self._derived.submit(job)

    def _take_first(self, job: Job, key: Any, values: list[Any]) -> None:
        """Show what is known before the model has answered."""
        found = [value for value in values if isinstance(value, RegionTracks)]
        if found and self._looking is job and self._looked == key:
            with self._step():
                self.region_tracks = found[-1]

    def _look_ended(
        self, job: Job, key: Any, found: RegionTracks | None, error: BaseException | None
    ) -> None:
        if self._looking is not job:
            return  # another one has taken its place
        self._looking = None
        self._forget_asked()
        if found is None or self._looked != key:
            self._looked = None
            if error is not None and not isinstance(error, Dropped):
                with self._step():
                    self.region_tracks = None
                self._notify_failure(error)
            return
        with self._step():
            self.region_tracks = found

    @observe("task")
    def _work_changed(self, _change: Any) -> None:
        self._forget_asked()

    def _forget_asked(self) -> None:
        """Forget what was asked for if it is known and no work can change it any more."""
        is_working = self._work.running is not None or bool(self._work.waiting)
        if self._looking is None and not is_working:
            self._is_asked = False

    def _drop_look(self) -> None:
        job, self._looking, self._looked = self._looking, None, None
        if job is not None and not self._derived.withdraw(job):
            job.stop()

    def _drop_tracks(self) -> None:
        self._drop_look()
        self.region_tracks = None

    @observe("region_tracks", "da_columns", "da_state")
    def _mark_regions(self, _change: Any = None) -> None:
        """Say which of the regions that are shown are called, and which of these confirmed."""
        marks = self._marks()
        if not np.array_equal(marks, self.region_marks):
            self.region_marks = marks

    def _marks(self) -> np.ndarray:
        tracks, table = self.region_tracks, self.da_columns
        if tracks is None or table is None or self.da_state not in MARKED:
            return np.empty(0, "uint8")
        return marks_of(tracks.region_rows, table)

    @observe("color_by", "region_viewers")
    def _follow_region(self, change: Any) -> None:
        """Show the region that colors the cells if it is not in sight; at first the best one."""
        if not self.region_viewers or not self.regions:
            return
        if change.name == "region_viewers" and self.region_window is not None:
            return
        try:
            places = self._region_places()
        except DataError:
            return
        row = places.row_of(self.color_by)
        if row is None and self.region_window is None and self.da_result is not None:
            row = places.row_of(str(self.da_result.index[0]))
        if row is None:
            return
        window = self.region_window
        is_here = window is not None and (
            window.chromosome == places.chromosome(row)
            and window.start <= places.start[row]
            and window.end >= places.end[row]
        )
        if not is_here:
            width = NEIGHBORHOOD if window is None else window.end - window.start
            self.region_window = around(places, row, width)

    @observe("obs_columns")
    def _keep_valid_tracks_by(self, _change: Any) -> None:
        """Compare the groups again when the column of the tracks is gone."""
        if self.tracks_by not in self._categories():
            self.tracks_by = ""

    def _categories(self) -> list[str]:
        return [column.name for column in self.obs_columns if column.kind == "category"]

    @validate("tracks_by")
    def _is_category(self, proposal: Any) -> str:
        name = str(proposal.value)
        if name and name not in self._categories():
            raise TraitError(
                f"obs has no column of categories {shown(name)}; it has "
                f"{listed(self._categories())}."
            )
        return name

    @validate("fragments")
    def _is_set_by_verb(self, proposal: Any) -> str:
        if not self._in_step:
            raise TraitError("Fragments are named by session.use_fragments('fragments.tsv.gz').")
        return str(proposal.value)

    # -- reactions ------------------------------------------------------------------------------
    def _fragments_restored(self, state: Mapping[str, Any]) -> None:
        """Forget a file that a session file has named, unless it lies where it may be opened."""
        named = state.get("fragments", "")
        if named and not lies_with(named, self._session_file, self.source):
            self.fragments = ""
            call = f"session.use_fragments({named!r:.300})"
            self.notify(f"This session used {named:.300}; call {call} to read it.")

    def _region_after_failure(self, _job: Work) -> None:
        """Find the strip again after a failed job, whose changes were taken back."""
        self._mark_regions()
        self._afterwards(self._look_at_region)


def _failing(error: Exception) -> Steps:
    raise error
