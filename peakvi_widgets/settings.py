"""What the user sets once for the whole session of Python.

A plain module, so that ``peakvi_widgets.settings.seed = 0`` is all there is to it.
"""

seed: int = 0
"""Seed of everything that draws random numbers and was not given a seed of its own."""
