"""How much memory is free, asked before anything large is allocated."""

import re
from pathlib import Path

from ..errors import DataError
from .messages import gigabytes

SIZE = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>[kmgt]?i?b)?\s*\Z", re.IGNORECASE)
CGROUP = Path("/sys/fs/cgroup")  # the limit of a container, where there is one


def available_memory() -> int:
    """Return the bytes that this process may still allocate.

    Returns
    -------
    The least of what the machine has free, what the container leaves and what the limit on the
    address space leaves.
    """
    import psutil

    free = [int(psutil.virtual_memory().available)]
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        bounds = _number(CGROUP / limit), _number(CGROUP / used)
        if bounds[0] is not None and bounds[1] is not None:
            free.append(bounds[0] - bounds[1])
    address_space = _address_space_left()
    if address_space is not None:
        free.append(address_space)
    return max(min(free), 0)


def check_memory(n_bytes: int, source: str) -> None:
    """Raise if data do not fit into memory.

    Parameters
    ----------
    n_bytes
        How much would be allocated.
    source
        What needs it, for the error.

    Raises
    ------
    DataError
        If less is available.
    """
    available = available_memory()
    if n_bytes > available:
        raise DataError(
            f"{source} needs about {gigabytes(n_bytes)} of memory, but only "
            f"{gigabytes(available)} are free; close other programs, use a larger machine, or "
            "check whether the file is damaged."
        )


def bytes_of(size: str | float) -> float:
    """Return the bytes that a size means.

    Parameters
    ----------
    size
        A number of bytes, or text such as ``"2 GB"`` or ``"500 MiB"``.

    Raises
    ------
    DataError
        It is not a size.
    """
    if isinstance(size, int | float) and not isinstance(size, bool) and size >= 0:
        return float(size)
    found = SIZE.match(size) if isinstance(size, str) else None
    if found is None:
        raise DataError(f"{size!r:.40} is not a size; write it like '2 GB', or in bytes.")
    unit = (found["unit"] or "b").lower()
    each: int = (1024 if "i" in unit else 1000) ** "bkmgt".index(unit[0])
    return float(found["number"]) * each


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):  # no such limit, or "max"
        return None


def _address_space_left() -> int | None:
    import psutil

    try:
        import resource
    except ImportError:  # Windows
        return None
    limit = resource.getrlimit(resource.RLIMIT_AS)[0]
    if limit == resource.RLIM_INFINITY:
        return None
    return int(limit) - int(psutil.Process().memory_info().vms)
