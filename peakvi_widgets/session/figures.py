"""Figures for a paper or a notebook, by matplotlib without pyplot (it may run in any thread)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from decimal import ROUND_HALF_UP, Context
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from ..arguments import one_line, shown
from ..errors import DataError, StageError
from ..files import replacing
from .colors.of_layers import GROUP_COLORS, OTHERS, palette_of
from .colors.tables import PLAIN, UNKNOWN, category_color, value_color
from .places import PREVIEW
from .records import Colors

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

    from .records import LayerRow
    from .state import State

Kind = Literal["volcano", "embedding", "history", "region", "strip"]

POINTS = 0.75  # of a pixel
MAX_CELLS = 20_000  # of an overview
MAX_NAME = 40  # characters of a category, column or region
MAX_SORTED = 50_000  # cells whose values decide about contrast limits
TAIL = 0.01  # of the cells at either end, so that a few outliers do not take all the colors
THREE_DIGITS = Context(prec=3, rounding=ROUND_HALF_UP)


def figure(session: State, kind: Kind) -> Figure:
    """Draw one of the kinds; see ``Session.figure``."""
    from .shown_figure import ShownFigure

    draw = {"volcano": _volcano, "embedding": _embedding, "history": _history}.get(kind)
    if draw is None:
        raise DataError(f"There is no figure {shown(kind)}; use {', '.join(get_args(Kind))}.")
    drawn = ShownFigure(figsize=(6, 4.5), layout="constrained")
    axes = drawn.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    draw(session, axes)
    return drawn


def save_figure(drawn: Figure, path: Path) -> None:
    """Write a figure in the format of the path's ending, as a whole or not at all."""
    ending = path.suffix.lower().removeprefix(".")
    if ending not in drawn.canvas.get_supported_filetypes():
        raise DataError(f"{path.name} is not named as a picture; let it end in .png, .svg or .pdf.")
    with replacing(path) as new:
        drawn.savefig(new, format=ending)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is drawn of a session, to be drawn without its lock; fields are named as its traits.

    Attributes
    ----------
    table
        ``session.da_result``.
    training_words
        How far the model is.
    """

    n_cells: int
    n_regions: int
    source: str
    training_words: str
    embedding: np.ndarray
    basis: str
    shown_dimensions: tuple[int, int]
    layer_rows: tuple[LayerRow, ...]
    colors: Colors
    layer_colors: tuple[Colors, ...]
    obs_columns: tuple[Any, ...]
    idx1: np.ndarray
    idx2: np.ndarray
    history: tuple[Any, ...]
    earlier_runs: tuple[Any, ...]
    table: Any
    da_title: str
    da_state: str

    @property
    def da_result(self) -> Any:
        """The table under the name that it has in a session."""
        return self.table


def snapshot(session: State) -> Snapshot:
    """Return what is drawn of a session now; arrays are shared, since they never change."""
    names = [field.name for field in fields(Snapshot)]
    plain = {name: getattr(session, name) for name in names if hasattr(session, name)}
    return Snapshot(**plain, table=session.da_result, training_words=_training_words(session))


def _training_words(session: State) -> str:
    best = [row for row in session.history if row.is_best]
    epochs = session.history[-1].epoch if session.history else 0
    words = [session.training]
    if epochs:
        words.append(f"{epochs:,} epochs")
    if best and best[-1].reconstruction_loss_validation is not None:
        loss = best[-1].reconstruction_loss_validation
        words.append(f"validation loss {loss:.2f} at epoch {best[-1].epoch:,}")
    return ", ".join(words)


def overview(now: Snapshot) -> Figure | None:
    """Draw the cells, and beside them the comparison, or else the training, where there is one.

    Returns
    -------
    The figure; None where there is nothing to draw.
    """
    from matplotlib.figure import Figure

    beside = _volcano if now.table is not None else _history if now.history else None
    parts = [part for part in (_embedding if len(now.embedding) else None, beside) if part]
    if not parts:
        return None
    drawn = Figure(figsize=(5.5 * len(parts), 4), layout="constrained")
    shown = _sampled(now, MAX_CELLS)
    for at, part in enumerate(parts, 1):
        axes = drawn.add_subplot(1, len(parts), at)
        axes.spines[["top", "right"]].set_visible(False)
        part(shown, axes)
    return drawn


def _sampled(now: Snapshot, most: int) -> Snapshot:
    """Return at most so many of the cells, always the same ones; the counts stay those of all."""
    n = len(now.embedding)
    if n <= most:
        return now
    kept = np.sort(np.random.default_rng(0).choice(n, most, replace=False))

    def of(colors: Colors) -> Colors:
        parts = {name: getattr(colors, name) for name in ("codes", "values")}
        return replace(colors, **{k: v[kept] if len(v) == n else v for k, v in parts.items()})

    return replace(
        now,
        embedding=now.embedding[kept],
        colors=of(now.colors),
        layer_colors=tuple(of(colors) for colors in now.layer_colors),
        idx1=np.flatnonzero(np.isin(kept, now.idx1)),
        idx2=np.flatnonzero(np.isin(kept, now.idx2)),
    )


def _volcano(session: State | Snapshot, axes: Axes) -> None:
    """Effect size against probability: the tutorial's last plot."""
    table = session.da_result
    if table is None:
        raise StageError("No groups were compared yet; make two groups and compare() first.")
    effect, prob = table["effect_size"].to_numpy(), table["prob_da"].to_numpy()
    called = table["is_da_fdr"].to_numpy(bool)
    is_checked = "is_confirmed" in table
    solid = table["is_confirmed"].to_numpy(bool) if is_checked else called
    axes.scatter(
        effect[~called], prob[~called], s=6, c=OTHERS, linewidths=0, rasterized=True,
        label=f"not called ({(~called).sum():,})",
    )  # fmt: skip
    for number, in_group in ((1, effect > 0), (2, effect <= 0)):
        color = GROUP_COLORS[number - 1]
        for chosen, word, look in (
            (solid, "confirmed" if is_checked else "called", {"c": color, "linewidths": 0}),
            (called & ~solid, "not confirmed", {"facecolors": "none", "edgecolors": color}),
        ):
            chosen = chosen & in_group
            if is_checked or word == "called":
                axes.scatter(
                    effect[chosen], prob[chosen], s=18 if word == "confirmed" else 9, **look,
                    rasterized=True,
                    label=f"more open in group {number}, {word} ({chosen.sum():,})",
                )  # fmt: skip
    axes.set(
        xlabel="effect size (est_prob1 - est_prob2)",
        ylabel="probability of differential accessibility",
    )
    _as_is(axes.set_title(_short(session.da_title)))
    # large effects that are neither sure nor refuted are few; to look for the best place takes long
    axes.legend(loc="center right", fontsize="small", edgecolor="none", framealpha=0.7)


def _embedding(session: State | Snapshot, axes: Axes) -> None:
    """Cells in their places, as the layers show them on a white canvas."""
    places = session.embedding
    if not len(places):
        raise StageError("There is no embedding yet; preview() the cells, or train and embed().")
    axes.update_datalim(places[np.isfinite(places).all(axis=1)])
    axes.autoscale_view()
    draw = {"cells": _cells, "groups": _groups, "labels": _labels}
    for row in session.layer_rows:
        if row.visible:
            draw[row.kind](session, axes, row)
    basis = _short(session.basis)
    first, second = (f"{basis} {dimension + 1}" for dimension in session.shown_dimensions)
    axes.set(xticks=[], yticks=[])
    if session.basis == PREVIEW:
        axes.set_title("preview, before training")
    _as_is(axes.set_xlabel(first), axes.set_ylabel(second))
    axes.set_aspect("equal")


def _cells(session: State | Snapshot, axes: Axes, row: LayerRow) -> None:
    """Draw one layer of cells; the one that the legend speaks of has it beside the picture."""
    from matplotlib.colors import ListedColormap

    places, colors = session.embedding, _colors(session, row)
    look: dict[str, Any] = {"s": _area(row, len(places)), "alpha": row.opacity, "linewidths": 0}
    look["rasterized"] = True
    if colors.kind == "number":
        low, high = row.contrast_limits or contrast_limits(colors.values)
        colormap = ListedColormap([value_color(at / 255, row.colormap) for at in range(256)])
        shown = axes.scatter(
            places[:, 0],
            places[:, 1],
            c=colors.values,
            cmap=colormap,
            vmin=low,
            vmax=high,
            plotnonfinite=True,
            **look,
        )
        if row.in_legend:
            bar = axes.figure.colorbar(shown, ax=axes, label=_short(colors.title))
            _as_is(bar.ax.yaxis.label)
    elif colors.kind == "category":
        palette = palette_of(session, row, colors.categories)
        unknown = colors.codes < 0
        if unknown.any():
            axes.scatter(places[unknown, 0], places[unknown, 1], color=UNKNOWN[0], **look)
        discs, names = [], []
        for code, name in enumerate(colors.categories):
            of = colors.codes == code
            color = category_color(code, palette)
            discs.append(axes.scatter(places[of, 0], places[of, 1], color=color, **look))
            names.append(f"{_short(name)} ({of.sum():,})")
        if row.in_legend:
            _legend(axes, discs, names, _short(colors.title))
    else:
        axes.scatter(places[:, 0], places[:, 1], c=PLAIN[0], **look)


def _legend(axes: Axes, discs: list[Any], names: list[str], title: str) -> None:
    """Name the categories beside the picture."""
    n = len(names)
    many = n > 18  # there is no room for more in one column of small letters
    legend = axes.legend(
        discs, [str(code) for code in range(n)],  # matplotlib drops a name that begins with "_"
        frameon=False, fontsize="xx-small" if many else "small", title=title,
        loc="upper left", bbox_to_anchor=(1, 1), ncols=1 + (n - 1) // 26,
        labelspacing=0.2 if many else 0.5,
    )  # fmt: skip
    for text, name in zip(legend.get_texts(), names, strict=True):
        text.set_text(name)
    _as_is(*legend.get_texts(), legend.get_title())


def _short(name: str) -> str:
    """Return a name of the data as a figure has room for it, on one line."""
    return one_line(name.encode(errors="replace").decode(), MAX_NAME)


def _as_is(*texts: Text) -> None:
    """Draw the letters of a text as they are: "$" and "_" begin no formula."""
    for text in texts:
        text.set_parse_math(False)
        text.set_usetex(False)


def _groups(session: State | Snapshot, axes: Axes, row: LayerRow) -> None:
    """Draw a ring or a square round each cell of a group that is not nearly all cells."""
    places = session.embedding
    for number, cells in ((1, session.idx1), (2, session.idx2)):
        if row.fill and len(cells) and len(cells) < 0.9 * len(places):
            axes.scatter(
                places[cells, 0], places[cells, 1], s=4 * _area(row, len(places)),
                facecolors="none", linewidths=0.6,
                edgecolors=GROUP_COLORS[number - 1], marker="os"[number - 1], alpha=row.opacity,
            )  # fmt: skip


def _labels(session: State | Snapshot, axes: Axes, row: LayerRow) -> None:
    """Write each category at the median of its cells."""
    from matplotlib.patheffects import withStroke

    colors = _colors(session, row)
    places = np.where(np.isfinite(session.embedding), session.embedding, np.nan)
    for code, name in enumerate(colors.categories):
        of = places[colors.codes == code]
        of = of[~np.isnan(of).any(axis=1)]
        if len(of):
            x, y = np.median(of, axis=0)
            label = axes.text(
                x, y, _short(name), size=POINTS * row.size, alpha=row.opacity,
                ha="center", va="center",
                path_effects=[withStroke(linewidth=2, foreground="white")],
            )  # fmt: skip
            _as_is(label)


def _colors(session: State | Snapshot, row: LayerRow) -> Colors:
    """Return what a layer is colored or written by, as far as it is there."""
    name = row.column if row.kind == "labels" else row.color_by
    if row.in_legend or (row.kind == "labels" and not name):
        return session.colors
    known = (session.colors, *session.layer_colors)
    return next((colors for colors in known if colors.color_by == name), Colors())


def _area(row: LayerRow, n_cells: int) -> float:
    """Return the area of a disc in square points; without a size one that fits the cells."""
    fits = float(np.clip(30_000 / n_cells, 1, 20))
    return (POINTS * row.size) ** 2 if row.size else fits


def contrast_limits(values: np.ndarray) -> tuple[float, float]:
    """Return the limits of the middle 98 % of the cells, to three digits.

    The browser computes the same (``limitsOf`` in js/src/panels/embedding/color-by.ts), so a sample
    stands for more than `MAX_SORTED` cells and halves are rounded up, in ranks and in digits.
    """
    sample = values[:: max(1, -(-len(values) // MAX_SORTED))]
    known = np.sort(sample[np.isfinite(sample)])
    if not len(known):
        return 0.0, 0.0
    ranks = (int(np.floor(share * (len(known) - 1) + 0.5)) for share in (TAIL, 1 - TAIL))
    low, high = (float(THREE_DIGITS.create_decimal_from_float(float(known[at]))) for at in ranks)
    return (low, high) if low < high else (float(known[0]), float(known[-1]))


def _history(session: State | Snapshot, axes: Axes) -> None:
    """Training and validation loss by epoch, and the epoch whose weights were kept."""
    history = session.history
    if not history:
        raise StageError("There is no training yet; train() first.")
    for run in session.earlier_runs:
        axes.plot(run.epoch, run.loss, color=OTHERS, lw=0.8, label=f"before: {run.name}")
    epochs = [row.epoch for row in history]
    axes.plot(
        epochs, [row.reconstruction_loss_train for row in history],
        color=GROUP_COLORS[0], label="training",
    )  # fmt: skip
    validation = [row.reconstruction_loss_validation for row in history]
    if validation[0] is not None:
        axes.plot(epochs, validation, color=GROUP_COLORS[1], label="validation")
    best = [row.epoch for row in history if row.is_best]
    if best:
        axes.axvline(best[-1], color=OTHERS, ls=":", label=f"best, epoch {best[-1]}")
    axes.set(xlabel="epoch", ylabel="reconstruction loss (nats per cell)")
    axes.legend(frameon=False)
