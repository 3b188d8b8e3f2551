"""State and verbs of one analysis, without any screen."""

from .session import Session

__all__ = ["Session"]
