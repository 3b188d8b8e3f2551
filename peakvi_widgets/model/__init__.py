"""Class PEAKVI: the interface of the scvi-tools tutorial over the engine and an AnnData.

What belongs here: reading an AnnData for the engine, the methods of the model, saving and loading.
No traitlets, no threads, no screen; numerics belong to `engine`.

The class is built up in steps: `anndata_setup` (its cells), `outputs` (what it computes for cells),
`differential` (comparisons of groups), `files` (saving and loading) and `peakvi` (training).
"""

from .peakvi import PEAKVI

__all__ = ["PEAKVI"]
