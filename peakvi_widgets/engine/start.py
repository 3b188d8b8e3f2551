"""Where training starts: a network that knows the confirmed dimensions of the data, and no others.

Encoder and decoder are set by linear algebra, without a step of gradient descent. The encoder's
first layer projects cells on the confirmed components of their spectral map, in random mixtures;
ridge regression on what the hidden layers make of these predicts, from four fifths of a cell's open
regions, where the last fifth places it. How much two halves differ is the variance of its
posterior. The decoder's last layer lets each region follow the components as far as entries that
the encoder has not seen say it does.

What no component confirms starts at the prior: mean 0, variance 1, and the decoder ignores it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse

from .blas import one_blas_thread
from .cells import Cells, Indices
from .components import (
    Components,
    RawEffects,
    confirmed_components,
    effects_of,
    raw_effects_of,
)
from .dimensions import MAX_CELLS, Dimensions
from .module import FullyConnected, PeakVAE
from .spectral import Floats, sample_of

LEAST_MIXED, MOST_MIXED = 0.4, 0.6  # of standardised components beside the constant, in a unit
DECODED = 0.7  # the same where the decoder takes them in
N_PARTS = 5  # of the entries of a cell, of which each is predicted from the others
MAX_DEALS, MAX_DEALT = 4, 10_000  # times that entries are dealt out, and cells for more than once
RIDGE = 1e-3  # penalty of a regression, in units of the mean variance of its features
MEAN_RIDGE, VARIANCE_RIDGE = 1e-2, 1.0  # the same for mean and variance of the posterior
LEAST_VARIANCE = 1e-3  # of the posterior of a confirmed dimension
LEAST_SPREAD = 0.1  # of predicted components that is scaled to 1
SILENT = 0.01  # how far dimensions that nothing confirms spread; 0 would make all cells equal
LEAST_DEPTH, LARGEST = 0.3, 0.95  # mean depth factor; probability of the most open regions
STEADY = 0.1  # effects of components that a region may have and still tell the depth
N_ROUNDS = 5  # of depth from effects and effects from depth
N_KNOWN, N_GRID, N_SHIFTS = 3000, 101, 30  # regions, steps and rounds to find a mode by
EDGE = 0.02  # depth and region factors start that far from 0 and 1
MAX_WEIGHT = 1e3  # of a regression on what layers give, which is about 1
MAX_ENTRIES = 20_000_000  # open entries of the cells to start from; of more cells a sample is taken
BLOCK = 4096  # cells passed through the hidden layers together


@dataclass(frozen=True, slots=True)
class Start:
    """What a training started from.

    Attributes
    ----------
    dimensions
        Which components held-out data confirm, in the cells to learn from.
    scales
        Spread of the axes of the latent that were set, the first ones, in [0.1, 1]: as many as are
        confirmed, but no more than the latent has.
    """

    dimensions: Dimensions
    scales: tuple[float, ...]


def why_no_start(model: PeakVAE) -> str | None:
    """Say why a network is never set and trains from random weights; ``None`` if it can be set."""
    if model.reference is not None:
        return "A model of query cells starts at its reference, and learns new batches alone."
    shape, what = model.shape, None
    if shape.use_batch_norm != "none":
        what = "batch norm"
    elif shape.latent_distribution != "normal":
        what = "a latent on the simplex"
    if what is None:
        return None
    return (
        f"A network with {what} trains from random weights, not from confirmed dimensions; "
        "groups drawn on its map may differ by noise alone."
    )


@one_blas_thread()
def start(model: PeakVAE, cells: Cells, train: Indices, seed: int) -> Start:
    """Set a fresh network to the confirmed dimensions of the cells to learn from.

    Parameters
    ----------
    model
        Changed in place; one for which `why_no_start` is ``None``.
    cells
        Counts and covariates; no component follows the batch or another covariate.
    train
        Positions of the cells to learn from; no other cell is looked at.
    seed
        Of what is drawn.
    """
    n_cells = int(min(MAX_CELLS, MAX_ENTRIES / max(cells.density * cells.n_regions, 1.0)))
    train = train[sample_of(len(train), n_cells, seed)]
    dimensions, found = confirmed_components(cells, train, model.shape.n_latent, seed)
    random = np.random.default_rng([seed, 7])
    with torch.no_grad():
        counts = cells.rows(train) if found is None else found.counts
        _silence(model, random)
        effects, scales = np.zeros((cells.n_regions, 0)), np.empty(0)
        weights = _depth_weights(counts)
        if found is not None:
            effects, weights = _start_encoder(model, found, random)
            scales = found.scales[: effects.shape[1]]
        depth = _start_depth(model, counts, weights, random)
        _start_decoder(model, counts, depth, effects, random)
        _scale_axes(model, scales)
    return Start(dimensions, tuple(map(float, scales)))


def _silence(model: PeakVAE, random: np.random.Generator) -> None:
    """Set the posterior of every dimension to the prior, but for a trace of the cells' order."""
    encoder = model.z_encoder
    for layer in (encoder.var_encoder, encoder.mean_encoder):
        layer.weight.zero_()
        layer.bias.zero_()
    shape = tuple(encoder.mean_encoder.weight.shape)
    trace = random.normal(size=shape) * SILENT / np.sqrt(shape[1])
    encoder.mean_encoder.weight.copy_(torch.from_numpy(trace).float())


def _start_encoder(
    model: PeakVAE, found: Components, random: np.random.Generator
) -> tuple[Floats, Floats]:
    """Let the encoder predict the components; return how regions follow them, and tell the depth.

    It predicts, from most of a cell's entries, where the others place the cell. The noise of some
    entries cannot predict that of others, so the prediction leaves it out.
    """
    n, encoder = len(found.scales), model.z_encoder
    halves = list(_deal(found.counts, 2, random))
    projections = [np.asarray(part @ found.loadings) for part in (*halves, found.counts)]
    mixture = _mixture(projections[-1], model.shape.n_hidden, random)
    first = encoder.encoder.first
    first.weight.zero_()
    wide = torch.from_numpy((found.loadings @ mixture).T).float()
    first.weight[:, : len(found.loadings)] = wide
    first.bias.zero_()
    _randomize(encoder.encoder, random)
    half, whole = (_features(encoder.encoder, projections[i] @ mixture) for i in (0, 2))
    placed = [found.place(part) for part in projections[:2]]
    seen, targets = [], []
    for _ in range(max(1, min(MAX_DEALS, MAX_DEALT // len(placed[0])))):
        for part in _deal(found.counts, N_PARTS, random):
            only = np.asarray(part @ found.loadings)
            others = (N_PARTS * projections[2] - only) / (N_PARTS - 1)
            seen.append(_features(encoder.encoder, others @ mixture))
            targets.append(found.smoothed(found.place(only)))
    weight, bias = _ridge(np.concatenate(seen), np.concatenate(targets), MEAN_RIDGE)
    if not np.abs(weight).max() < MAX_WEIGHT:  # a handful of hidden units may not tell cells apart
        return np.zeros((len(found.loadings), 0)), _depth_weights(found.counts)
    spread = np.maximum((whole @ weight + bias).std(axis=0), LEAST_SPREAD)
    weight, bias = weight / spread, bias / spread
    encoder.mean_encoder.weight[:n] = torch.from_numpy(weight.T).float()
    encoder.mean_encoder.bias[:n] = torch.from_numpy(bias).float()
    _start_variance(model, whole, ((placed[0] - placed[1]) / spread) ** 2 / 2.0)
    one, depth = half @ weight + bias, np.asarray(found.counts.sum(axis=1), np.float64)
    depth = depth.ravel()
    for _ in range(N_ROUNDS):  # depth and effects depend on each other
        # from one half and the regions of the other, so that no region follows its own noise
        weights = _depth_weights(found.counts, raw_effects_of(one, halves[1], depth))
        depth = np.asarray(found.counts @ weights, np.float64)
    return effects_of(one, halves[1], depth), weights


def _mixture(projections: Floats, n_hidden: int, random: np.random.Generator) -> Floats:
    """Return how the units of the first layer mix projections, ``(1 + n, n_hidden)``.

    Unit u sees ``a_u constant + sum over k of b_uk (p_k - middle_k constant) / spread_k``, in units
    of the median constant projection. Few units mix more of the components: what they see must
    differ more for a regression to tell them apart.
    """
    constant = np.maximum(projections[:, :1], 1e-12)
    ratio = projections[:, 1:] / constant
    middle, spread = ratio.mean(axis=0), np.maximum(ratio.std(axis=0), 1e-12)
    mixture = random.normal(size=(projections.shape[1], n_hidden))
    mixed = np.clip(LEAST_MIXED * 10.0 / np.sqrt(n_hidden), LEAST_MIXED, MOST_MIXED)
    mixture[1:] *= mixed / spread[:, None]
    mixture[0] -= middle @ mixture[1:]
    return np.asarray(mixture / np.median(constant))


def _start_variance(model: PeakVAE, features: Floats, squares: Floats) -> None:
    """Let the encoder predict by how much halves of a cell differ, on average right."""
    n, head = squares.shape[1], model.z_encoder.var_encoder
    weight, bias = _ridge(features, np.log(squares + LEAST_VARIANCE), VARIANCE_RIDGE)
    if not np.abs(weight).max() < MAX_WEIGHT:  # then the same variance for every cell
        weight, bias = np.zeros_like(weight), np.zeros(n)
    predicted = np.exp(features @ weight + bias)
    bias = bias + np.log(squares.mean(axis=0) + LEAST_VARIANCE) - np.log(predicted.mean(axis=0))
    head.weight[:n] = torch.from_numpy(weight.T).float()
    head.bias[:n] = torch.from_numpy(bias).float()


def _deal(
    counts: sparse.csr_matrix, n_parts: int, random: np.random.Generator
) -> Iterator[sparse.csr_matrix]:
    """Deal the open entries out to parts; each counts as often as there are parts."""
    goes = random.integers(0, n_parts, len(counts.data), np.int8)
    for i in range(n_parts):
        part = counts.astype(np.float32)
        part.data = part.data * np.float32(n_parts) * (goes == i)
        part.eliminate_zeros()
        yield part


def _randomize(block: FullyConnected, random: np.random.Generator) -> None:
    """Set all hidden layers but the first to random directions that ignore covariates."""
    for i in range(1, len(block.fc_layers)):
        layer = block.linear_of(i)
        n_out, n_in = layer.weight.shape
        drawn = random.normal(size=(n_out, n_in)) / np.sqrt(n_out)
        drawn[:, n_out:] = 0.0
        layer.weight.copy_(torch.from_numpy(drawn).float())
        layer.bias.copy_(torch.from_numpy(random.normal(size=n_out) * 0.1).float())


def _features(block: FullyConnected, first: Floats) -> Floats:
    """Return the last hidden layer, given what the first layer's linear part gives."""
    block.eval()
    widths = [block.linear_of(i).in_features for i in range(1, len(block.fc_layers))]
    n_covariates = max([width - first.shape[1] for width in widths], default=0)
    parts = torch.split(torch.from_numpy(first).float(), BLOCK)
    rows = [block.after_first(h, torch.zeros(len(h), n_covariates), None) for h in parts]
    return np.asarray(torch.cat(rows).double().numpy(), np.float64)


def _ridge(features: Floats, targets: Floats, penalty: float) -> tuple[Floats, Floats]:
    """Regress targets on features; return weights ``(n_features, n_targets)`` and biases."""
    center, mean = features.mean(axis=0), targets.mean(axis=0)
    inside = features - center
    gram = inside.T @ inside / len(features)
    gram[np.diag_indices_from(gram)] += penalty * gram.diagonal().mean() + 1e-12
    weight = np.linalg.solve(gram, inside.T @ (targets - mean) / len(features))
    return np.asarray(weight), np.asarray(mean - center @ weight)


def _mean_profile(counts: sparse.csr_matrix) -> Floats:
    """Return the share of cells in which each region is open, ``(n_regions,)``."""
    return np.asarray((counts > 0).mean(axis=0), np.float64).ravel()


def _depth_weights(counts: sparse.csr_matrix, effects: RawEffects | None = None) -> Floats:
    """Return what each region tells about the depth of a cell, so that the mean depth is 1.

    Regions that follow no component tell it, those that are open in more cells more. So a kind of
    cell in which other regions are open as well is not a deeper one.
    """
    weights = np.sqrt(_mean_profile(counts))
    if effects is not None:
        n, noise = effects.values.shape[1], effects.variance
        squares = ((effects.values - _commonest(effects)) ** 2).sum(axis=1)
        allowed = np.sqrt(n) * STEADY**2 + np.sqrt(2.0 * n) * noise
        weights *= np.exp(-np.maximum(squares - n * noise, 0.0) / (2.0 * allowed))
    return np.asarray(weights / max(float((counts @ weights).mean()), 1e-12))


def _commonest(effects: RawEffects) -> Floats:
    """Return the effect that most regions have, ``(n,)``; 0 if the depth of the cells is right.

    It is the mode of the effects of the regions that are open most often: first on each component,
    then on all of them together, by mean shift.

    References
    ----------
    Fukunaga, Hostetler 1975, IEEE Transactions on Information Theory 21 (mean shift).
    """
    known = np.argsort(effects.variance, kind="stable")[:N_KNOWN]
    values, spread = effects.values[known], effects.variance[known, None] + STEADY**2
    middle = np.empty(values.shape[1])
    for k, column in enumerate(values.T):
        low, high = np.quantile(column, [0.02, 0.98])
        grid = np.linspace(low, high, N_GRID)
        density = np.exp(-((column[:, None] - grid) ** 2) / (2.0 * spread)) / np.sqrt(spread)
        middle[k] = grid[density.sum(axis=0).argmax()]
    for _ in range(N_SHIFTS):
        near = np.exp(-((values - middle) ** 2 / spread).sum(axis=1) / 2.0)[:, None] / spread
        middle = (near * values).sum(axis=0) / max(float(near.sum()), 1e-300)
    return middle


def _start_depth(
    model: PeakVAE, counts: sparse.csr_matrix, weights: Floats, random: np.random.Generator
) -> float:
    """Let the depth factor follow the depth of a cell; return its mean.

    Only the product of depth, region factor and accessibility is seen in the data. The scale is
    such that the most open regions are accessible in nearly every cell.
    """
    if model.d_encoder is None:
        return 1.0
    profile = _mean_profile(counts)
    relative = np.asarray(counts @ weights, np.float64)
    mean = float(np.clip(np.quantile(profile, 0.999) / LARGEST**2, LEAST_DEPTH, 1.0 - EDGE))
    depth = np.clip(mean * relative, EDGE, 1.0 - EDGE)
    block, n_hidden = model.d_encoder.px_decoder, model.shape.n_hidden
    slope, constant = random.normal(size=n_hidden), random.normal(size=n_hidden)
    block.first.weight.zero_()
    wide = torch.from_numpy(np.outer(slope, weights)).float()
    block.first.weight[:, : counts.shape[1]] = wide
    block.first.bias.copy_(torch.from_numpy(constant).float())
    _randomize(block, random)
    features = _features(block, np.outer(relative, slope) + constant)
    weight, bias = _ridge(features, np.log(depth / (1.0 - depth))[:, None], 1e-4)
    model.d_encoder.last.weight.copy_(torch.from_numpy(weight.T).float())
    model.d_encoder.last.bias.copy_(torch.from_numpy(bias).float())
    return mean


def _start_decoder(
    model: PeakVAE,
    counts: sparse.csr_matrix,
    depth: float,
    effects: Floats,
    random: np.random.Generator,
) -> None:
    """Let each region be open as often as it is, and follow the components by its effects."""
    share = _mean_profile(counts)
    factor = np.ones_like(share)
    if model.region_factors is not None:
        factor = np.clip(share / (depth * LARGEST), 0.5, 1.0 - EDGE)
        model.region_factors.copy_(torch.from_numpy(np.log(factor / (1.0 - factor))).float())
    p = np.clip(share / (depth * factor), 1e-5, LARGEST)
    block, last, n = model.z_decoder.px_decoder, model.z_decoder.last, effects.shape[1]
    n_hidden, n_in = block.first.weight.shape
    drawn = random.normal(size=(n_hidden, n_in)) * 0.1  # covariates
    drawn[:, : model.shape.n_latent] = 0.0
    drawn[:, :n] = random.normal(size=(n_hidden, n)) * DECODED
    constant = random.normal(size=n_hidden)
    block.first.weight.copy_(torch.from_numpy(drawn).float())
    block.first.bias.copy_(torch.from_numpy(constant).float())
    _randomize(block, random)
    z = random.normal(size=(2048, n))
    linear, offset = _ridge(_features(block, z @ drawn[:, :n].T + constant), z, RIDGE)
    slope, middle = _log_odds(p, effects)
    last.weight.copy_(torch.from_numpy(slope @ linear.T).float())
    last.bias.copy_(torch.from_numpy(middle + slope @ offset).float())


def _log_odds(p: Floats, effects: Floats) -> tuple[Floats, Floats]:
    """Return slopes and intercepts of the log odds that reach ``p * (1 +- effect)`` at z = +-1."""

    def log_odds(q: Floats) -> Floats:
        inside = np.clip(q, 1e-5, (1.0 + LARGEST) / 2.0)
        return np.asarray(np.log(inside / (1.0 - inside)))

    middle = log_odds(p)
    change = np.clip(effects, -LARGEST, LARGEST)
    above, below = (log_odds(p[:, None] * (1.0 + sign * change)) for sign in (1.0, -1.0))
    bend = (above + below) / 2.0 - middle[:, None]
    return (above - below) / 2.0, np.asarray(middle + bend.sum(axis=1))


def _scale_axes(model: PeakVAE, scales: Floats) -> None:
    """Change the units of the latent's first axes; what the network says stays the same."""
    n, factors = len(scales), torch.from_numpy(scales).float()
    encoder, first = model.z_encoder, model.z_decoder.px_decoder.first
    encoder.mean_encoder.weight[:n] *= factors[:, None]
    encoder.mean_encoder.bias[:n] *= factors
    encoder.var_encoder.bias[:n] += 2.0 * factors.log()
    first.weight[:, :n] /= factors
