"""Names of the data stand in a figure as they are."""

import io

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from matplotlib.text import Text

from peakvi_widgets.errors import DataError
from peakvi_widgets.session import Session
from peakvi_widgets.session.figures import overview, snapshot

pytestmark = pytest.mark.slow

NAMES = [
    "$\\frac{1}{$",
    "_hidden",
    "a_b^2",
    "50% \\alpha",
    "$x$",
    "#1 & {x}",
    "two\nlines",
    "l" * 500,
]


@pytest.fixture
def named(counts):
    """A session whose columns, categories and embeddings have names of all kinds."""
    adata = counts.copy()
    cells = np.arange(adata.n_obs)
    for name in NAMES:
        adata.obs[name] = pd.Categorical([NAMES[cell % len(NAMES)] for cell in cells])
        adata.obs[f"{name} number"] = cells / 7
        adata.obsm[f"X_{name}"] = adata.obsm["X_umap"]
    session = Session(adata)
    session.wait()
    return session


def texts_of(figure):
    figure.savefig(io.BytesIO(), format="png", dpi=30)
    axes = figure.axes[0]
    legend = axes.get_legend()
    names = [text.get_text() for text in legend.get_texts()] if legend else []
    return names, legend and legend.get_title().get_text(), axes


def test_notebook_shows_a_figure_where_pyplot_was_not_imported(counts):
    session = Session(counts)
    session.wait()
    shown, _ = DisplayFormatter().format(session.figure("embedding"))
    assert shown["image/png"].startswith(b"\x89PNG")


@pytest.mark.parametrize("name", NAMES)
def test_categories_stand_in_the_legend_as_they_are(named, name):
    named.color_by = name
    names, title, _ = texts_of(named.figure("embedding"))
    assert len(names) == len(NAMES)
    for known in NAMES[:6]:
        assert sum(one.startswith(f"{known} (") for one in names) == 1
    assert "two lines (37)" in names
    assert all(len(one) < 60 for one in [*names, title])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("latex", [False, True])
def test_columns_embeddings_and_labels_are_drawn(named, name, latex):
    with mpl.rc_context({"text.usetex": latex}):
        named.color_by = f"{name} number"
        named.set_layer("labels", visible=True, column=name)
        named.show_basis(f"X_{name}")
        figure = named.figure("embedding")
        odd = [text for text in figure.findobj(Text) if set("$\\_^%&") & set(text.get_text())]
        assert odd
        assert not any(text.get_parse_math() or text.get_usetex() for text in odd)
    _, _, axes = texts_of(named.figure("embedding"))
    assert axes.get_xlabel().startswith(f"X_{name[:30]}".split("\n")[0])


def test_the_picture_of_a_saved_notebook_draws_them_too(named):
    named.color_by = NAMES[0]
    names, _, _ = texts_of(overview(snapshot(named)))
    assert len(names) == len(NAMES)


@pytest.mark.parametrize("name", ["map.foo", "map", "nodir/map.png"])
def test_a_figure_that_cannot_be_written_is_one_sentence(session, tmp_path, name):
    with pytest.raises(DataError, match=r"not named as a picture|cannot be written"):
        session.figure("embedding", path=tmp_path / name)
    assert not list(tmp_path.iterdir())
