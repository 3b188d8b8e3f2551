"""Settings of the whole Python process.

A plain module, so that ``peakvi_widgets.settings.seed = 0`` is all there is to it.
"""

import os

seed: int = 0
"""Seed of everything that draws random numbers and was not given a seed of its own."""

restricted: bool = os.environ.get("PEAKVI_RESTRICTED", "").strip().lower() not in (
    *("", "0", "false", "no", "off"),
)
"""Whether pages may neither write files on the server nor read any outside ``folder``.

For servers that several people reach (Voila). Set it before the first panel is made. Also set by
the environment variable ``PEAKVI_RESTRICTED=1``. Python code in the notebook is not restricted.
"""

folder: str = os.environ.get("PEAKVI_FOLDER", "")
"""The one folder whose files pages may open while ``restricted`` is on; empty for none.

Also set by the environment variable ``PEAKVI_FOLDER``. Without ``restricted`` it is the folder in
which the list of files begins.
"""
