"""What of a session is not the same in its file, and how to turn it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

MAX_LISTED = 6

Names: TypeAlias = dict[str, Any]  # what `restored_mapping` and `restored_frame` need; JSON


@dataclass
class Changes:
    """Names of what is not in the file as it was in memory."""

    as_text: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    counts_in: str = ""  # the file that holds the counts, where this one does not

    def elsewhere(self) -> str:
        """Say which file holds the counts, where this one does not; else empty."""
        return f" (its counts stay in {self.counts_in})" if self.counts_in else ""

    def sentence(self) -> str:
        """Say what changed; empty when nothing did."""
        parts = [
            f"{what}: {_listed(list(dict.fromkeys(names)))}."
            for what, names in (("Written as text", self.as_text), ("Left out", self.left_out))
            if names
        ]
        return " ".join(parts)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
    shown = (name if len(name) <= 40 else f"{name[:37]}..." for name in names[:MAX_LISTED])
    return ", ".join(shown) + more
