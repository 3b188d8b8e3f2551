"""Which machines train together, as the variables of torchrun say."""

import os
from dataclasses import dataclass

from .. import settings
from ..errors import DataError

NEEDED = ("MASTER_ADDR", "MASTER_PORT")
NUMBER = ("NODE_RANK", "GROUP_RANK")  # torchrun sets the second one
HERE = ("127.0.0.1", "localhost")


@dataclass(frozen=True, slots=True)
class Machines:
    """The machines of a training, and which of them this one is.

    Attributes
    ----------
    n
        How many.
    number
        Of this one, from 0. The first one reads the counts, decides and keeps the model.
    is_here
        Whether all of them are this computer, so that nothing goes over a network.
    address
        Where the others find the first one.
    """

    n: int = 1
    number: int = 0
    is_here: bool = True
    address: str = ""


def machines() -> Machines:
    """Return the machines that ``settings.nodes`` and the environment describe.

    Raises
    ------
    DataError
        A variable is missing, or is not a number.
    """
    n = settings.nodes
    if n == 1:
        return Machines()
    missing = [name for name in NEEDED if not os.environ.get(name)]
    number = next((os.environ[name] for name in NUMBER if os.environ.get(name)), "")
    if missing or not number.isdecimal() or int(number) >= n:
        raise DataError(
            f"For {n} machines, set MASTER_ADDR and MASTER_PORT to the same address and free port "
            f"of the first one everywhere, and NODE_RANK to a number from 0 to {n - 1} on each."
        )
    host, port = (os.environ[name] for name in NEEDED)
    return Machines(n, int(number), host in HERE, f"{host}:{port}")
