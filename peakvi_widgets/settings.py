"""Settings of the whole Python process.

A plain module, so that ``peakvi_widgets.settings.seed = 0`` sets the seed everywhere.
"""

import os

NO = ("0", "false", "no", "off")  # values of an environment variable that switch something off

seed: int = 0
"""Seed of everything that draws random numbers and was not given a seed of its own."""

progress: bool = True
"""Whether plain Python shows progress bars.

``PEAKVI.train`` shows one, as do ``get_latent_representation``, ``differential_accessibility`` and
``Session.wait`` where they take a while.
"""

nodes: int = 1
"""Machines that train a model together; the command ``peakvi-widgets train --nodes`` sets it."""

held_out: float = 0.2
"""Share of the fragments that sessions set aside to check comparisons by, in [0, 1); 0 for none.

A model in plain Python holds none out unless ``PEAKVI.setup_anndata(held_out=...)`` says so.
"""

preview: bool = os.environ.get("PEAKVI_PREVIEW", "").strip().lower() not in NO
"""Whether panels map the cells when counts are opened, before any training.

It takes seconds and nothing waits for it; ``Session.preview`` does it at any time. Switched off by
the environment variable ``PEAKVI_PREVIEW=0`` too.
"""

restricted: bool = os.environ.get("PEAKVI_RESTRICTED", "").strip().lower() not in ("", *NO)
"""Whether pages may neither write files on the server nor read any outside ``folder``.

For servers that several people reach (Voila). Set it before the first panel is made. Also set by
the environment variable ``PEAKVI_RESTRICTED=1``. Python code in the notebook is not restricted.
"""

folder: str = os.environ.get("PEAKVI_FOLDER", "")
"""The one folder whose files pages may open while ``restricted`` is on; empty for none.

Also set by the environment variable ``PEAKVI_FOLDER``. Without ``restricted`` it is the folder in
which the list of files begins.
"""

memory: str = os.environ.get("PEAKVI_MEMORY", "").strip()
"""Largest counts that are held in memory, such as ``"2 GB"``; empty for a quarter of what is free.

Larger ones are copied once to ``cache_folder`` and read from there; results are the same. Also set
by the environment variable ``PEAKVI_MEMORY``. While ``restricted`` is on, all are held in memory.
"""

cache_folder: str = os.environ.get("PEAKVI_CACHE_FOLDER", "").strip()
"""Where counts that are too large for memory lie; empty for the user's own cache folder.

That is ``~/.cache/peakvi_widgets`` on Linux. Also set by the environment variable
``PEAKVI_CACHE_FOLDER``. See ``peakvi_widgets.cache``.
"""

cache_limit: str = "100 GB"
"""Largest size of all that lies there; beyond it, what was used longest ago is removed."""

autosave_minutes: float = 5.0
"""Minutes of training after which a session saves itself without its counts; 0 for never.

It is offered again when the same data is opened; see ``Session.recover``. Nothing is autosaved
while ``restricted`` is on.
"""

autosave_folder: str = os.environ.get("PEAKVI_AUTOSAVE_FOLDER", "")
"""Where sessions that were never saved save themselves; empty for the user's own data folder.

That is ``~/.local/share/peakvi_widgets/autosave`` on Linux. Also set by the environment variable
``PEAKVI_AUTOSAVE_FOLDER``. At most five files of two gigabytes in
all are kept there, none for longer than thirty days. A session that was opened from or saved to a
``.peakvi`` file saves itself beside that file.
"""
