"""The session: state and verbs of one analysis, without a screen.

What belongs here: all state that a user may want to read in Python or find in a script, as
traitlets, and the verbs that change it. Long work runs as a job; results arrive under the lock.
Numerics belong to `engine`, and what only the browser needs belongs to the panel's front end.
"""

from .session import Session

__all__ = ["Session"]
