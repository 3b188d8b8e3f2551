"""Figures for a paper or a notebook, by matplotlib without pyplot (it may run in any thread)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from ..errors import DataError, StageError
from .palettes import FROM_ADATA

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from .session import Session

Kind = Literal["volcano", "embedding", "history"]

GROUP_COLORS = ("#0072b2", "#c75b00")  # group 1, group 2; colour-blind safe (Okabe and Ito)
OTHERS = "#b8bcc2"


def figure(session: Session, kind: Kind) -> Figure:
    """Draw one of the kinds; see ``Session.figure``."""
    from matplotlib.figure import Figure

    draw = {"volcano": _volcano, "embedding": _embedding, "history": _history}.get(kind)
    if draw is None:
        raise DataError(f"There is no figure {kind!r}; use {', '.join(get_args(Kind))}.")
    drawn = Figure(figsize=(6, 4.5), layout="constrained")
    axes = drawn.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    draw(session, axes)
    return drawn


def _volcano(session: Session, axes: Axes) -> None:
    """Effect size against probability: the tutorial's last plot."""
    table = session.da_result
    if table is None:
        raise StageError("There is no comparison yet; make two groups and compare() first.")
    effect, prob = table["effect_size"].to_numpy(), table["prob_da"].to_numpy()
    significant = table["is_da_fdr"].to_numpy(bool)
    for chosen, color, label in (
        (~significant, OTHERS, "not significant"),
        (significant & (effect > 0), GROUP_COLORS[0], "more open in group 1"),
        (significant & (effect <= 0), GROUP_COLORS[1], "more open in group 2"),
    ):
        axes.scatter(
            effect[chosen], prob[chosen], s=6, c=color, linewidths=0, rasterized=True,
            label=f"{label} ({chosen.sum():,})",
        )  # fmt: skip
    axes.set(
        xlabel="effect size (est_prob1 - est_prob2)",
        ylabel="probability of differential accessibility",
        title=session.da_title,
    )
    axes.legend(frameon=False, fontsize="small")


def _embedding(session: Session, axes: Axes) -> None:
    """Cells in their places, in the colours of ``color_by``, or as the two groups."""
    places, colors = session.embedding, session.colors
    if not len(places):
        raise StageError("There is no embedding yet; train and embed() first.")
    size = float(np.clip(30_000 / len(places), 1, 20))
    if colors.kind == "number":
        shown = axes.scatter(
            places[:, 0], places[:, 1], s=size, c=colors.values, linewidths=0, rasterized=True
        )
        axes.figure.colorbar(shown, ax=axes, label=colors.title)
    elif colors.kind == "category":
        from matplotlib import colormaps

        usual = colormaps["tab20" if len(colors.categories) > 10 else "tab10"]
        own = _own_colors(session, colors.categories)
        for code, name in enumerate(colors.categories):
            of = colors.codes == code
            axes.scatter(
                places[of, 0], places[of, 1], s=size, linewidths=0, rasterized=True,
                color=own.get(name) or usual(code % usual.N), label=f"{name} ({of.sum():,})",
            )  # fmt: skip
        axes.legend(frameon=False, fontsize="small", bbox_to_anchor=(1, 1), title=colors.title)
    else:
        axes.scatter(places[:, 0], places[:, 1], s=size, c=OTHERS, linewidths=0, rasterized=True)
    for number, cells in ((1, session.idx1), (2, session.idx2)):
        if len(cells) and len(cells) < 0.9 * len(places):
            axes.scatter(
                places[cells, 0], places[cells, 1], s=4 * size, facecolors="none", linewidths=0.6,
                edgecolors=GROUP_COLORS[number - 1], marker="os"[number - 1],
            )  # fmt: skip
    first, second = (f"{session.basis} {dimension + 1}" for dimension in session.dimensions)
    axes.set(xlabel=first, ylabel=second, xticks=[], yticks=[])
    axes.set_aspect("equal")


def _own_colors(session: Session, categories: tuple[str, ...]) -> dict[str, str]:
    """Return the colours of a palette that a person made or that the file brought along."""
    palette = next((row.palette for row in session.layer_rows if row.in_legend), "")
    if isinstance(palette, dict):
        return palette
    if palette == FROM_ADATA:
        of = [column.colors for column in session.obs_columns if column.name == session.color_by]
        palette = of[0] if of else ()
    if isinstance(palette, str) or not palette:
        return {}
    return {name: palette[code % len(palette)] for code, name in enumerate(categories)}


def _history(session: Session, axes: Axes) -> None:
    """Training and validation loss by epoch, and the epoch whose weights were kept."""
    history = session.history
    if not history:
        raise StageError("There is no training yet; train() first.")
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
