"""hatchling's hook: a wheel, an sdist and an editable install all carry the built front end.

What stands in ``peakvi_widgets/static/`` is taken as it is; only when it is missing is it built, so
that a person who installs a wheel or an sdist needs no Node.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent))
from npm import FALLBACK, npm, on_path


class FrontEnd(BuildHookInterface):
    """Builds the front end when it is missing."""

    def is_built(self) -> bool:
        """Say whether the build got as far as the style sheet that all panels share."""
        return Path(self.root, "peakvi_widgets", "static", "theme.css").is_file()

    def dependencies(self) -> list[str]:
        """Ask for PyPI's Node where it will be needed."""
        return [] if self.is_built() or on_path() else [FALLBACK]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before hatchling looks at the files."""
        if not self.is_built():
            npm(["ci"])
            npm(["run", "build"])
