"""The strip part of a session: how the region that colors the cells is in those of each group."""

from __future__ import annotations

from functools import partial
from typing import Any

from traitlets import observe

from ...jobs import Dropped, Job
from ..atomic import Work
from ..base import Part
from ..region_groups import digest_of
from ..region_strip import RegionStrip
from ..strip_steps import strip_question, stripping


class RegionStrips(Part):
    """Counts and estimates of single cells in a region, group by group."""

    _stripped: Any = None  # what `region_strip` is of, or will be
    _stripper: Job | None = None

    @observe(
        "color_by", "region_viewers", "tracks_by", "obs_columns", "groups_version",
        "weights_version", "counts_version", "training",
    )  # fmt: skip
    def _strip_changed(self, _change: Any) -> None:
        self._afterwards(self._strip_region)

    def _strip_region(self) -> None:
        """Find the strip of the region again, unless it is known or out of sight."""
        asked = strip_question(self) if self.region_viewers else None
        key = asked and (
            asked.region, asked.column, digest_of(asked.tracks), self._weights_now(),
            asked.model is None, self.counts_version,
        )  # fmt: skip
        if key == self._stripped:
            return
        job, self._stripper, self._stripped = self._stripper, None, key
        if job is not None and not self._derived.withdraw(job):
            job.stop()
        if self.region_strip is not None:
            self.region_strip = None  # it is of another region, or of other cells or weights
        if asked is None:
            return
        new = Job(
            "counting",
            partial(stripping, asked),
            on_steps=lambda values: self._take_strip(new, values),
            on_end=lambda found, error: self._strip_ended(new, found, error),
        )
        self._stripper = new
        self._derived.submit(new)

    def _take_strip(self, job: Job, values: list[Any]) -> None:
        found = [value for value in values if isinstance(value, RegionStrip)]
        if found and self._stripper is job:
            self._show_strip(found[-1])

    def _strip_ended(
        self, job: Job, found: RegionStrip | None, error: BaseException | None
    ) -> None:
        if self._stripper is not job:
            return  # another one has taken its place
        self._stripper = None
        if found is not None:
            self._show_strip(found)
        elif error is not None and not isinstance(error, Dropped):
            self._stripped = None
            self._notify_failure(error)

    def _show_strip(self, found: RegionStrip) -> None:
        with self._step():
            self.region_strip = found

    # -- reactions ------------------------------------------------------------------------------
    def _strip_after_failure(self, _job: Work) -> None:
        """Find the strip again after a failed job, whose changes were taken back."""
        self._afterwards(self._strip_region)
