"""Errors this package raises on purpose.

* PeakVIError        everything below; its text is written for the person at the screen
  - DataError        the counts, their annotations or a file cannot be used  (also a ValueError)
  - StageError       a verb was called before the stage it needs             (also a RuntimeError)
  - WireError        a message from the browser makes no sense               (also a TypeError)

The text says what is wrong, then what to do. Anything else that is raised is a fault of ours and
keeps its traceback.
"""


class PeakVIError(Exception):
    """Base of every error whose text may be shown to the user as it is."""


class DataError(PeakVIError, ValueError):
    """The counts, their annotations or a file cannot be used."""


class StageError(PeakVIError, RuntimeError):
    """A verb was called before the stage it needs."""


class WireError(PeakVIError, TypeError):
    """A message from the browser makes no sense."""
