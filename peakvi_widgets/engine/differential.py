"""Differential accessibility of two groups of cells, as estimates that improve.

Only the last layer of the decoder depends on regions. So each posterior draw is made once, as a
vector of the last hidden layer, and regions are processed in chunks; an array of draws by regions
is never held. A first estimate uses few draws, which are the first of the final ones.
"""

from collections.abc import Generator, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.special import ndtri
from torch import Tensor

from .cells import Indices
from .directions import Directions
from .group_counts import counted_directions
from .metrics import Comparison
from .pairs import MAX_INTERVAL_PAIRS, Shares, compare_draws, compare_means, effect_interval
from .posterior import Encodings
from .question import Question
from .threads import n_at_once, spread, threads

CHUNK = 512  # regions compared between two yields
SHIFTS = 8  # pairings of the same draws
MANY = 4  # the final draws that are worth an estimate on the way, in units of its own
RARE = 0.01  # mean count below which a region counts as noise, for the pseudocount
LIKELY = 0.7  # smallest probability of a region that is called, of means of groups
TINY = 1e-8  # keeps the Bayes factor finite


def compare(
    encodings: Encodings, cells1: Indices, cells2: Indices, question: Question, names: pd.Index
) -> Generator[Comparison, None, None]:
    """Find the regions that differ between two groups of cells.

    Parameters
    ----------
    encodings
        The trained network and the cells it knows.
    cells1, cells2
        The groups, as positions; neither may be empty.
    question
        Settings of the comparison.
    names
        Of the regions: the index of the tables.

    Yields
    ------
    After each piece of work of less than about 0.1 s. Every table is a full one; the last depends
    on nothing but the arguments.

    Notes
    -----
    Columns: ``prob_da``, the posterior probability of a change; ``is_da_fdr``, whether the region
    is among those called at ``fdr_target``; ``bayes_factor`` in log units; ``effect_size``,
    ``est_prob1 - est_prob2``, so positive where group 1 is more open (scvi-tools: the opposite);
    ``emp_effect``, ``emp_prob1 - emp_prob2``; ``est_prob1``, ``est_prob2``, mean accessibility
    by the model; ``emp_prob1``, ``emp_prob2``, share of cells in which the region was seen. With
    ``interval`` also ``effect_low`` and ``effect_high``: what ``p1 - p2`` lies between with that
    probability, as often above as below. Of a pair of cells, by at most 1,000 pairs of draws; of
    the means of groups by a normal distribution, with the uncertainty of the counts in it.

    Of groups, ``prob_da`` is the probability that their means differ by ``delta``, by the draws,
    times the probability that the region is more open in that group, by the counts, see
    `directions.directions`; of small groups that are far apart also by those of the cells next to
    them, see `group_neighbors`. What a choice of cells by their noise explains counts for nothing,
    see `chosen_groups.choice_of`. With ``batch_correction``, counts are compared within
    the batches that both groups share.

    References
    ----------
    Ashuach et al. 2022, Cell Reports Methods, differential accessibility; Boyeau et al. 2019 for
    the posterior expected FDR. As scvi-tools, but each cell is drawn equally often (give or take
    one), and the draws are paired several times over: the same expectation with less noise.
    """
    groups = (cells1, cells2)
    stages = _stages(question)
    done, total = 0.0, float(sum(stages))
    with threads():
        drawn = _draw(encodings, groups, question)
        seen = np.unique(np.concatenate([stratum.cells.ravel() for stratum in drawn]))
        for share in encodings.know(seen):
            yield Comparison(None, 0, 0.1 * share, is_final=False)
        observed = [encodings.cells.open_share(group) for group in groups]
        table: pd.DataFrame | None = None
        n_before = 0
        sure: Directions | None = None
        for n in stages:
            if question.level == "group" and n in (stages[0], stages[-1]):
                for so_far in _directions(encodings, groups, drawn, question, n == stages[-1]):
                    sure = so_far
                    yield Comparison(table, n_before, 0.1 + 0.9 * done / total, is_final=False)
            for share, found in _estimate(encodings, groups, drawn, n, question):
                progress = 0.1 + 0.9 * (done + n * share) / total
                if found is None:
                    yield Comparison(table, n_before, progress, is_final=False)
                else:
                    if sure is not None:
                        found = _borne_out(found, sure, question)
                    table, n_before = _table(found, observed, question, names), n
            done += n
            yield Comparison(table, n, 0.1 + 0.9 * done / total, is_final=n == stages[-1])


class Found(NamedTuple):
    """What was found about some regions."""

    shares: Shares
    between: NDArray[np.float64]  # credible interval, (2, n_regions); (0, n_regions) if not asked
    spread: NDArray[np.float64]  # of the difference of the means, (n_regions,); of groups alone


class Stratum(NamedTuple):
    """Draws whose pairs may be compared: all, or those decoded as of one batch."""

    cells: Indices  # (2 groups, n_draws)
    noise: NDArray[np.float32]  # (2 groups, n_draws, n_latent)
    batches: Indices | None  # to decode with, (2 groups, n_draws); None for each cell's own


def _directions(
    encodings: Encodings,
    groups: Sequence[Indices],
    drawn: list[Stratum],
    question: Question,
    is_final: bool,
) -> Iterator[Directions | None]:
    """Say by the counts of the groups in which of them regions are more open, at last."""
    seen = [np.unique(np.concatenate([one.cells[i] for one in drawn])) for i in range(2)]
    within = question.batch_correction
    yield from counted_directions(encodings, groups, seen, within_batches=within, is_final=is_final)


def _borne_out(found: Found, sure: Directions, question: Question) -> Found:
    """Let changes count as far as the counts bear out their direction."""
    shares, means = found.shares, (found.shares.mean1, found.shares.mean2)
    shares = shares._replace(up=shares.up * sure.up, down=shares.down * sure.down)
    if question.interval is None:
        return found._replace(shares=shares)
    change = means[0] - means[1]
    width = np.hypot(found.spread, sure.spread * np.mean(means, axis=0))
    width = width * float(ndtri(0.5 + question.interval / 2.0))
    between = np.clip(np.stack([change - width, change + width]), -1.0, 1.0)
    return found._replace(shares=shares, between=between)


def _stages(question: Question) -> list[int]:
    """Return the numbers of draws to estimate from, rising to the final one."""
    first, last = min(question.first_samples, question.n_samples), question.n_samples
    middle = [n for n in (8 * first,) if n * MANY <= last]
    return [*([first] if first < last else []), *middle, last]


def _draw(encodings: Encodings, groups: Sequence[Indices], question: Question) -> list[Stratum]:
    """Draw cells, the noise of their latent, and where asked for their batch, for every stratum."""
    pooled = _strata(encodings.model.shape.n_categories[0], question)
    strata = []
    for nth, sets in enumerate(pooled):
        n = -(-question.n_samples // len(pooled))
        cells, noise, batches = [], [], []
        for i, group in enumerate(groups):
            # A stream each for cells and noise, so that few draws are the beginning of many.
            streams = np.random.SeedSequence([question.seed, i, nth]).spawn(3)
            which, around, where = map(np.random.default_rng, streams)
            cells.append(_evenly(group, n, which))
            noise.append(around.standard_normal((n, encodings.model.shape.n_latent), np.float32))
            if sets is not None:
                batches.append(_evenly(sets[i], n, where))
        strata.append(
            Stratum(np.stack(cells), np.stack(noise), np.stack(batches) if batches else None)
        )
    return strata


def _strata(n_batches: int, question: Question) -> Sequence[tuple[Indices, Indices] | None]:
    """Return, for every stratum, the batches to decode each group in; ``None`` for its own.

    References
    ----------
    scvi-tools: draws are compared within a batch where both groups are decoded in the same ones.
    """
    if not question.batch_correction or n_batches < 2:
        return [None]
    one, other = (
        np.arange(n_batches) if batches is None else np.unique(np.array(batches, np.intp))
        for batches in (question.batches1, question.batches2)
    )
    if not np.array_equal(one, other):
        return [(one, other)]
    return [(batch[None], batch[None]) for batch in one]


def _evenly(group: Indices, n: int, random: np.random.Generator) -> Indices:
    """Draw cells, or batches, so that none comes again before all others have come.

    Each draw is uniform, as with replacement, but chance no longer decides how often one comes: the
    same mean with less noise.
    """
    return np.concatenate([random.permutation(group) for _ in range(-(-n // len(group)))])[:n]


def _estimate(
    encodings: Encodings,
    groups: Sequence[Indices],
    drawn: list[Stratum],
    n_samples: int,
    question: Question,
) -> Iterator[tuple[float, Found | None]]:
    """Compare the first draws; yield the share done and, at last, what was found."""
    n = -(-n_samples // len(drawn))
    hidden = [[_hidden(encodings, s, i, n) for i in range(2)] for s in drawn]
    offset = 0.0
    if question.estimand == "log2":
        offset = yield from _pseudocount(encodings, groups, hidden)
    last = encodings.model.z_decoder.last
    n_cells = [min(len(group), n) for group in groups]  # that were drawn
    found: list[Found] = []
    rooms = [torch.empty(2, CHUNK, n) for _ in range(n_at_once())]
    n_regions = last.out_features
    for starts in _some_at_once(range(0, n_regions, CHUNK), len(rooms)):
        found += spread(
            lambda given: _chunk(last, hidden, *given, question, offset, n_cells),
            [
                (room, slice(start, min(start + CHUNK, n_regions)))
                for room, start in zip(rooms, starts, strict=False)
            ],
        )
        yield min(1.0, (starts[-1] + CHUNK) / n_regions), None
    parts = zip(*(one.shares for one in found), strict=True)
    between = np.concatenate([one.between for one in found], axis=1)
    spread_of_means = np.concatenate([one.spread for one in found])
    yield 1.0, Found(Shares(*map(np.concatenate, parts)), between, spread_of_means)


def _some_at_once(starts: range, n: int) -> Iterator[range]:
    """Return the next ``n`` again and again."""
    return (starts[i : i + n] for i in range(0, len(starts), n))


@torch.no_grad()
def _hidden(encodings: Encodings, stratum: Stratum, group: int, n: int) -> Tensor:
    """Decode draws up to the last hidden layer, shape ``(n_hidden, n)``.

    What goes in is copied to where PyTorch aligns memory: a product's last bit depends on that.
    """
    model, cells = encodings.model, stratum.cells[group, :n]
    mean, variance = encodings.mean(cells), encodings.variance(cells)
    z = torch.tensor(mean + np.sqrt(variance) * stratum.noise[group, :n])
    if model.shape.latent_distribution == "ln":
        z = torch.softmax(z, dim=-1)
    codes = encodings.cells.codes[cells]
    if stratum.batches is not None:
        codes[:, 0] = stratum.batches[group, :n]
    continuous = torch.tensor(encodings.cells.continuous[cells])
    return model.hidden(z, torch.from_numpy(codes), continuous).t().contiguous()


def _chunk(
    last: torch.nn.Linear,
    hidden: list[list[Tensor]],
    room: Tensor,
    regions: slice,
    question: Question,
    offset: float,
    n_cells: Sequence[int],
) -> Found:
    """Compare the draws of some regions; ``room`` holds both groups' accessibility meanwhile."""
    weight, bias = last.weight[regions], last.bias[regions, None]
    parts: list[Shares] = []
    spreads, draws, width = [], [], question.interval
    log_offset = offset if question.estimand == "log2" else None
    for pair in hidden:
        p1, p2 = (
            torch.addmm(bias, weight, h, out=p[: len(weight)]).sigmoid_().numpy()
            for h, p in zip(pair, room, strict=True)
        )
        if question.level == "group":
            shares, spread = compare_means(p1, p2, n_cells, question.delta, log_offset)
            parts.append(shares)
            spreads.append(spread)
            continue
        if width:
            draws.append((p1[:, :MAX_INTERVAL_PAIRS].copy(), p2[:, :MAX_INTERVAL_PAIRS].copy()))
        parts.append(compare_draws(p1, p2, question.delta, SHIFTS, log_offset))
    shares = Shares(*(np.mean(values, axis=0) for values in zip(*parts, strict=True)))
    between = effect_interval(draws, width) if width and draws else np.empty((0, len(weight)))
    return Found(shares, between, np.mean(spreads, axis=0) if spreads else np.zeros(len(weight)))


def _pseudocount(
    encodings: Encodings, groups: Sequence[Indices], hidden: list[list[Tensor]]
) -> Generator[tuple[float, None], None, float]:
    """Return what scvi-tools adds to probabilities before the logarithm.

    In each group, the 90 % quantile, over regions with hardly any counts, of the largest
    accessibility drawn; the larger of the groups', divided by the number of regions.
    """
    last, largest = encodings.model.z_decoder.last, 1e-10
    for i, group in enumerate(groups):
        rare = np.flatnonzero(encodings.cells.mean_counts(group) < RARE)
        find = partial(_tops, last, [pair[i] for pair in hidden])
        tops: list[NDArray[np.float32]] = []
        for starts in _some_at_once(range(0, len(rare), CHUNK), n_at_once()):
            tops += spread(find, [rare[start : start + CHUNK] for start in starts])
            yield 0.0, None
        if tops:
            largest = max(largest, float(np.quantile(np.concatenate(tops), 0.9)))
    return max(1e-10, largest / last.out_features)


def _tops(last: torch.nn.Linear, hidden: list[Tensor], regions: Indices) -> NDArray[np.float32]:
    """Return the largest accessibility of some regions over all draws."""
    rows = torch.from_numpy(regions)
    weight, bias = last.weight[rows], last.bias[rows, None]
    logits = [torch.addmm(bias, weight, h).amax(dim=1) for h in hidden]
    top: NDArray[np.float32] = torch.stack(logits).amax(dim=0).sigmoid().numpy()
    return top


def _table(
    found: Found, observed: Sequence[NDArray[np.float64]], question: Question, names: pd.Index
) -> pd.DataFrame:
    shares, (up, down, *_) = found.shares, found.shares
    if not question.two_sided:
        prob = up
    elif question.estimand == "difference":
        prob = np.minimum(1.0, up + down)
    else:
        prob = np.maximum(up, down)
    least = min(LIKELY, 1.0 - question.fdr_target) if question.level == "group" else 0.0
    return pd.DataFrame(
        {
            "prob_da": prob,
            "is_da_fdr": called(prob, question.fdr_target, least, shares.mean1 - shares.mean2),
            "bayes_factor": np.log(prob + TINY) - np.log(1.0 - prob + TINY),
            "effect_size": shares.mean1 - shares.mean2,
            "emp_effect": observed[0] - observed[1],
            "est_prob1": shares.mean1,
            "est_prob2": shares.mean2,
            "emp_prob1": observed[0],
            "emp_prob2": observed[1],
            **dict(zip(("effect_low", "effect_high"), found.between, strict=False)),
        },
        index=names,
    )


def called(
    prob: NDArray[np.float64],
    fdr_target: float,
    least: float = 0.0,
    effect: NDArray[np.float64] | None = None,
) -> NDArray[np.bool_]:
    """Call the most probable regions, as many as keep the expected share of wrong ones low.

    Parameters
    ----------
    prob
        Probability of each region to differ.
    fdr_target
        Largest mean of ``1 - prob`` over the regions called.
    least
        Smallest probability of a region called: where many are certain, the target alone would let
        in some that hardly differ.
    effect
        Effect of each region: of equally probable ones those of the largest size are called first.
    """
    size = np.zeros(len(prob)) if effect is None else np.abs(effect)
    order = np.lexsort((-size, -prob))
    expected_fdr = np.cumsum(1.0 - prob[order]) / np.arange(1, len(prob) + 1)
    chosen = np.zeros(len(prob), bool)
    chosen[order[: int((expected_fdr <= fdr_target).sum())]] = True
    return chosen & (prob >= least)
