"""The interface of the scvi-tools tutorial over the engine and an AnnData: class PEAKVI.

Its parts stand one upon the other: the cells, what the model says of them, how groups of them
differ, and the class itself, which trains, saves and loads.
"""

from .peakvi import PEAKVI

__all__ = ["PEAKVI"]
