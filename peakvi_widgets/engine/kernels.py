"""Compiled loops for the layers that are as wide as there are regions.

Each is a plain loop over contiguous memory that the compiler turns into vector instructions, and
lets other threads of Python run meanwhile. They are compiled once and kept on disk. What they
compute is spelled out in PyTorch by `learner.AutogradLearner`; a test holds the two together. Where
nothing can be compiled, that one learns.
"""

from typing import Any

import numpy as np

from .compiling import njit

ONE = np.float32(1.0)
LEAST = np.float32(1e-12)  # no denominator counts less, as in PyTorch's binary cross-entropy
LOWEST = -100.0  # and no logarithm
IMPOSSIBLE = -LOWEST + np.log(1e-12)  # what is missing where the logarithm of LEAST was taken
SPARSE_BELOW = 0.2  # share of open entries under which the sparse first layer is faster
COLUMNS = 1024  # transposed at a time
TILE = 2**17  # weights that are used again and again while they stay in the cache: 512 kB
ROWS = 24  # factors of at least LEAST whose product a float64 can still hold
ENTRIES = 32  # odds multiplied before one logarithm is taken of them
NEAR = np.float32(1e-6)  # closer to 0 or 1, odds go one by one

# Division by zero gives infinity as in numpy: a check for it would forbid vector instructions.
compiled = njit(cache=True, nogil=True, error_model="numpy")
# Sums may also be taken in another order, else they could not be vectors either.
fast = njit(cache=True, nogil=True, error_model="numpy", fastmath={"reassoc", "contract", "nsz"})
# Inlined into its callers. A compiled function that calls another one may run that one's own code
# where it was compiled, and a copy made otherwise where it comes from disk: sums would differ.
inlined = njit(inline="always")


@compiled
def transposed(
    indptr: Any, indices: Any, values: Any, others: Any, first: int, n_columns: int
) -> Any:
    """Turn compressed rows, sorted, into compressed columns: pointers, rows and both values.

    They are the columns from ``first`` on, some of them at a time, so that what is written stays
    in the cache.
    """
    pointers = np.zeros(n_columns + 1, np.int32)
    come_to, ends = indptr[:-1].copy(), indptr[1:].copy()
    for row in range(len(ends)):
        own = indices[indptr[row] : indptr[row + 1]]
        come_to[row] += np.searchsorted(own, first)
        ends[row] = indptr[row] + np.searchsorted(own, first + n_columns)
        for column in indices[come_to[row] : ends[row]]:
            pointers[column - first + 1] += 1
    for column in range(n_columns):
        pointers[column + 1] += pointers[column]
    rows = np.empty(pointers[-1], indices.dtype)
    sorted_values = np.empty(len(rows), values.dtype)
    sorted_others = np.empty(len(rows), others.dtype)
    place = pointers[:-1].copy()
    for end in range(first + COLUMNS, first + n_columns + COLUMNS, COLUMNS):
        for row in range(len(come_to)):
            k = come_to[row]
            while k < ends[row] and indices[k] < end:
                at = place[indices[k] - first]
                rows[at], sorted_values[at], sorted_others[at] = row, values[k], others[k]
                place[indices[k] - first] = at + 1
                k += 1
            come_to[row] = k
    return pointers, rows, sorted_values, sorted_others


@compiled
def fill(pointers: Any, rows: Any, values: Any, out: Any) -> None:
    """Write a matrix in compressed columns into a dense one that holds zeros."""
    for column in range(len(pointers) - 1):
        for k in range(pointers[column], pointers[column + 1]):
            out[rows[k], column] = values[k]


@compiled
def count_open(indptr: Any, indices: Any, values: Any, rows: Any, out: Any) -> None:
    """Add to ``out``, a column each, in how many of some compressed rows the value is above 0."""
    for row in rows:
        for k in range(indptr[row], indptr[row + 1]):
            out[indices[k]] += values[k] > 0


@compiled
def add_rows(indptr: Any, indices: Any, values: Any, rows: Any, out: Any) -> None:
    """Add some compressed rows to ``out``."""
    for row in rows:
        for k in range(indptr[row], indptr[row + 1]):
            out[indices[k]] += np.float32(values[k])  # as minibatches hold them


@fast
def sparse_product(
    indptr: Any, indices: Any, values: Any, first: int, weight: Any, out: Any
) -> None:
    """Add to ``out`` the product of a matrix in compressed rows, sorted, and a dense one.

    Parameters
    ----------
    indptr, indices, values
        Counts of some cells.
    first
        The region that the first row of ``weight`` is of.
    weight
        Regions by hidden units; other regions than these are passed over.
    out
        Cells by hidden units.
    """
    n = weight.shape[1]
    at = indptr[:-1].copy()
    for cell in range(len(at)):
        at[cell] += np.searchsorted(indices[indptr[cell] : indptr[cell + 1]], first)
    height = max(8, TILE // n)
    for begin in range(0, len(weight), height):
        stop = first + min(begin + height, len(weight))
        for cell in range(len(at)):
            own, k, end = out[cell], at[cell], indptr[cell + 1]
            while k + 8 <= end and indices[k + 7] < stop:
                # eight regions at once, so that the sum is stored an eighth as often
                a, b = weight[indices[k] - first], weight[indices[k + 1] - first]
                c, d = weight[indices[k + 2] - first], weight[indices[k + 3] - first]
                e, f = weight[indices[k + 4] - first], weight[indices[k + 5] - first]
                g, h = weight[indices[k + 6] - first], weight[indices[k + 7] - first]
                va, vb, vc, vd = values[k], values[k + 1], values[k + 2], values[k + 3]
                ve, vf, vg, vh = values[k + 4], values[k + 5], values[k + 6], values[k + 7]
                for j in range(n):
                    own[j] += (va * a[j] + vb * b[j] + vc * c[j] + vd * d[j]) + (
                        ve * e[j] + vf * f[j] + vg * g[j] + vh * h[j]
                    )
                k += 8
            while k < end and indices[k] < stop:
                a, va = weight[indices[k] - first], values[k]
                for j in range(n):
                    own[j] += va * a[j]
                k += 1
            at[cell] = k


@fast
def sparse_adamw(
    pointers: Any,
    rows: Any,
    values: Any,
    gradient: Any,
    weight: Any,
    mean: Any,
    square: Any,
    rates: Any,
) -> None:
    """Update a weight by AdamW, given the gradient of what `sparse_product` made of it.

    Counts are in compressed columns: the weight's own gradient exists for one region at a time.
    """
    n = weight.shape[1]
    own = np.empty(n, np.float32)
    for region in range(len(pointers) - 1):
        for j in range(n):
            own[j] = 0.0
        k, end = pointers[region], pointers[region + 1]
        while k + 4 <= end:  # four cells at once, so that the sum is stored a quarter as often
            a, b = gradient[rows[k]], gradient[rows[k + 1]]
            c, d = gradient[rows[k + 2]], gradient[rows[k + 3]]
            value_a, value_b, value_c, value_d = (
                values[k],
                values[k + 1],
                values[k + 2],
                values[k + 3],
            )
            for j in range(n):
                own[j] += value_a * a[j] + value_b * b[j] + value_c * c[j] + value_d * d[j]
            k += 4
        while k < end:
            row, value = rows[k], values[k]
            for j in range(n):
                own[j] += value * gradient[row, j]
            k += 1
        _adamw(weight[region], mean[region], square[region], own, rates)


@fast
def adamw(weight: Any, mean: Any, square: Any, gradient: Any, rates: Any) -> None:
    """Update a weight, its running mean and mean square by AdamW; all flat and contiguous."""
    _adamw(weight, mean, square, gradient, rates)


@inlined
def _adamw(weight: Any, mean: Any, square: Any, gradient: Any, rates: Any) -> None:
    keep, scale, beta1, beta2, step, root, eps = rates
    for j in range(len(weight)):
        g = gradient[j] * scale
        m = mean[j] + (g - mean[j]) * (ONE - beta1)
        v = beta2 * square[j] + (ONE - beta2) * g * g
        mean[j], square[j] = m, v
        weight[j] = keep * weight[j] - step * m / (np.sqrt(v) * root + eps)


def likelihood(
    p: Any, d: Any, f: Any, pointers: Any, rows: Any, values: Any, of_d: Any, of_f: Any
) -> float:
    """Compute reconstruction loss and gradients of some regions.

    Parameters
    ----------
    p
        Accessibility, ``(n_cells, n_regions)``; becomes the gradient of its logit.
    d, f
        Depth factors and region factors.
    pointers, rows, values
        Counts of these regions in compressed columns.
    of_d, of_f
        The gradients of ``log d`` and ``log f`` are added here.

    Returns
    -------
    The loss, in nats, summed over cells and regions.
    """
    before = _of_the_seen(p, pointers, rows, values)
    loss = _unseen(p, d, f, of_d, of_f)
    return loss + _seen(p, d, f, pointers, rows, values, before, of_d, of_f)


@compiled
def _seen(
    p: Any,
    d: Any,
    f: Any,
    pointers: Any,
    rows: Any,
    values: Any,
    before: Any,
    of_d: Any,
    of_f: Any,
) -> float:
    """Correct loss and gradients where something was seen open."""
    loss, odds, n = 0.0, 1.0, 0
    for region in range(len(pointers) - 1):
        for k in range(pointers[region], pointers[region + 1]):
            if values[k] > 0:
                row, open_ = rows[k], before[k - pointers[0]]
                q = open_ * d[row] * f[region]
                rest = max(ONE - q, LEAST)
                change = -ONE / rest
                p[row, region] = open_ - ONE
                of_d[row] += change
                of_f[region] += change
                if q > NEAR and rest > NEAR:
                    odds *= rest / q
                    n += 1
                else:
                    loss += _log(ONE - q) - _log(q)
                if n == ENTRIES:
                    loss += np.log(odds)
                    odds, n = 1.0, 0
    return float(loss + np.log(odds))


def likelihood_only(p: Any, d: Any, f: Any, pointers: Any, rows: Any, values: Any) -> float:
    """Compute the reconstruction loss of some regions, as `likelihood`, and no gradient."""
    return _loss_of_unseen(p, d, f) + _loss_of_seen(p, d, f, pointers, rows, values)


@compiled
def _loss_of_seen(p: Any, d: Any, f: Any, pointers: Any, rows: Any, values: Any) -> float:
    loss, odds, n = 0.0, 1.0, 0
    for region in range(len(pointers) - 1):
        for k in range(pointers[region], pointers[region + 1]):
            if values[k] > 0:
                q = p[rows[k], region] * d[rows[k]] * f[region]
                rest = ONE - q
                if q > NEAR and rest > NEAR:
                    odds *= rest / q
                    n += 1
                else:
                    loss += _log(rest) - _log(q)
                if n == ENTRIES:
                    loss += np.log(odds)
                    odds, n = 1.0, 0
    return float(loss + np.log(odds))


@inlined
def _log(x: Any) -> float:
    return float(max(np.log(x), LOWEST)) if x > 0 else LOWEST


@compiled
def _of_the_seen(p: Any, pointers: Any, rows: Any, values: Any) -> Any:
    """Pick the accessibility of what was seen open."""
    kept = np.empty(pointers[-1] - pointers[0], np.float32)
    for region in range(len(pointers) - 1):
        for k in range(pointers[region], pointers[region + 1]):
            kept[k - pointers[0]] = p[rows[k], region]
    return kept


@fast
def _unseen(p: Any, d: Any, f: Any, of_d: Any, of_f: Any) -> float:
    """Compute loss and gradients as if nothing had been seen open."""
    n_cells, n_regions = p.shape
    product, powers = np.ones(n_regions, np.float64), np.zeros(n_regions, np.int32)
    n_impossible = 0.0
    for row in range(n_cells):
        depth, total = d[row], np.float32(0.0)
        n_ones = np.int32(0)
        for j in range(n_regions):
            open_ = p[row, j]
            q = open_ * depth * f[j]
            n_ones += np.int32(q >= ONE)
            rest = max(ONE - q, LEAST)
            r = q / rest
            product[j] *= rest
            p[row, j] = r - r * open_
            of_f[j] += r
            total += r
        of_d[row] += total
        n_impossible += float(n_ones)
        if row % ROWS == ROWS - 1:
            _move_powers(product, powers)
    return float(_minus_logs(product, powers) + n_impossible * IMPOSSIBLE)


@fast
def _loss_of_unseen(p: Any, d: Any, f: Any) -> float:
    n_cells, n_regions = p.shape
    product, powers = np.ones(n_regions, np.float64), np.zeros(n_regions, np.int32)
    n_impossible = 0.0
    for row in range(n_cells):
        n_ones = np.int32(0)
        for j in range(n_regions):
            q = p[row, j] * d[row] * f[j]
            n_ones += np.int32(q >= ONE)
            product[j] *= max(ONE - q, LEAST)
        n_impossible += float(n_ones)
        if row % ROWS == ROWS - 1:
            _move_powers(product, powers)
    return float(_minus_logs(product, powers) + n_impossible * IMPOSSIBLE)


@inlined
def _move_powers(product: Any, powers: Any) -> None:
    """Bring products into [0.5, 1) and add their powers of two to ``powers``: no logarithm yet.

    NaN stays NaN and makes the loss NaN, so that it cannot go unnoticed.
    """
    bits = product.view(np.int64)
    for j in range(len(bits)):
        powers[j] += np.int32((bits[j] >> 52) - 1022)
        moved = (bits[j] & 0x000F_FFFF_FFFF_FFFF) | 0x3FE0_0000_0000_0000
        bits[j] = moved if product[j] == product[j] else bits[j]


@inlined
def _minus_logs(product: Any, powers: Any) -> float:
    """Return minus the sum of the logarithms of ``product * 2 ** powers``."""
    logs, power = 0.0, 0
    for j in range(len(product)):
        logs += np.log(product[j])
        power += powers[j]
    return float(-logs - power * np.log(2.0))
