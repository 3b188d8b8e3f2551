"""A trait that holds cells of its session."""

from __future__ import annotations

from typing import Any

import numpy as np
from traitlets import TraitError

from ..arrays import ArrayTrait
from ..errors import DataError, StageError


class CellsTrait(ArrayTrait):
    """Cells of the session that owns the trait, in any of the forms that ``select`` accepts."""

    def validate(self, obj: Any, value: Any) -> np.ndarray:
        """Convert the value to sorted indices."""
        try:
            return super().validate(obj, obj._cells(value))
        except (DataError, StageError) as error:
            raise TraitError(str(error)) from error
