"""All state of a session: its traits, by subject, with tags that say what happens to each.

Undo, session files, the reset of what no longer holds and the recovery from a failed step are loops
over these tags: a new trait is one line in `peakvi_widgets.session.traits`, and no other list.
"""

from __future__ import annotations

from .atomic import Atomic
from .traits.cells import CellTraits
from .traits.comparison import ComparisonTraits
from .traits.counts import CountTraits
from .traits.layers import LayerTraits
from .traits.messages import MessageTraits
from .traits.model import ModelTraits
from .traits.regions import RegionTraits


class State(
    LayerTraits,
    ComparisonTraits,
    CellTraits,
    ModelTraits,
    RegionTraits,
    CountTraits,
    MessageTraits,
    Atomic,
):
    """The traits of a session; the classes it consists of say what each of them is.

    Resets go from the last class to the first: a trait comes after those that it depends on.
    """

    more_state = ("_recorded", "_queued", "_slots", "_layer_state")
