"""Palettes of a person's own: checked, recorded, undone, saved, drawn; and those of an AnnData."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from traitlets import TraitError

from peakvi_widgets import LayersPanel, Session
from peakvi_widgets.errors import DataError
from peakvi_widgets.session.colors.palettes import colors_in, hex_color, palette_of
from peakvi_widgets.session.colors.tables import category_color, value_color


class TestColors:
    @pytest.mark.parametrize(
        ("color", "expected"),
        [
            ("tomato", "#ff6347"),
            ("#F63", "#ff6633"),
            ("#FF6347", "#ff6347"),
            ("rgb(255, 99, 71)", "#ff6347"),
            ("rgba(255 99 71 / 50%)", "#ff6347"),
            ("rgb(100%, 0%, 0%)", "#ff0000"),
            ("hsl(120, 100%, 25%)", "#008000"),
            ("hsl(0deg 0% 100%)", "#ffffff"),
            ("tab:blue", "#1f77b4"),
            ((1, 0, 0), "#ff0000"),
            (np.array([0, 0, 1.0, 0.5]), "#0000ff"),
        ],
    )
    def test_any_colour_of_css_or_matplotlib_is_one(self, color, expected):
        assert hex_color(color) == expected

    @pytest.mark.parametrize(
        "color", ["blurple", "", "rgb(1, 2)", "rgb(300, 0, 0)", "hsl(x)", None, 7, "url(http://x)"]
    )
    def test_what_is_no_colour_is_said(self, color):
        with pytest.raises(DataError, match="is not a color; use one of CSS or matplotlib"):
            hex_color(color)

    @pytest.mark.parametrize(
        ("value", "why"),
        [("rainbow", "There is no palette 'rainbow'"), ([], "no color"), ({}, "no color"),
         (7, "use a name"), (["red", "blurple"], "'blurple' is not a color")],
    )  # fmt: skip
    def test_palette_that_makes_no_sense_is_refused(self, session, value, why):
        layer = session.layers["cells"]
        before = layer.palette
        with pytest.raises(TraitError, match=why):
            layer.palette = value
        with pytest.raises(TraitError, match=why):
            session.set_layer("cells", palette=value)
        assert layer.palette == before

    def test_palette_is_kept_as_hex(self):
        assert palette_of(["red", "C0"]) == ("#ff0000", "#1f77b4")
        assert palette_of({"B": "red", 3: "lime"}) == {"B": "#ff0000", "3": "#00ff00"}


OWN = [["red", "#00ff00"], {"type_1": "red"}]


class TestInASession:
    @pytest.mark.parametrize("own", OWN)
    def test_it_is_shown_recorded_and_undone(self, session, own):
        session.layers["cells"].palette = own
        wanted = palette_of(own)
        assert session.layer_rows[0].palette == wanted
        assert LayersPanel(session).get_state("layer_rows")["layer_rows"][0]["palette"] == (
            wanted if isinstance(wanted, dict) else tuple(wanted)
        )
        assert f"session.set_layer('cells', palette={wanted!r})" in session.code()
        session.undo()
        assert session.layers["cells"].palette == "24 colors"
        session.redo()
        assert session.layers["cells"].palette == wanted

    @pytest.mark.parametrize("own", OWN)
    def test_script_and_record_give_it_again(self, session, own):
        session.set_layer("cells", palette=own)
        again = Session.replay(session.record, data=session.opened)
        assert again.layers["cells"].palette == palette_of(own)

    @pytest.mark.parametrize("table", [7, [["a"]], [["a", 1]], [["a", "red", "x"]], "ab"])
    def test_record_with_a_broken_table_is_refused(self, session, table):
        entry = {"verb": "set_layer", "arguments": {"layer": "cells", "palette": {"table": table}}}
        with pytest.raises(DataError, match="is not a table of names"):
            Session.replay([entry], data=session.opened)

    @pytest.mark.parametrize("own", OWN)
    def test_file_keeps_it(self, session, tmp_path, own):
        session.layers["cells"].palette = own
        session.save(tmp_path / "a.peakvi")
        session.wait()
        other = Session(tmp_path / "a.peakvi")
        other.wait()
        assert other.layers["cells"].palette == palette_of(own)

    def test_former_name_is_still_known(self, session):
        session.set_layer("cells", palette="24 colours")
        assert session.layers["cells"].palette == "24 colors"


KNOWN = json.loads((Path(__file__).parents[2] / "js" / "test" / "colors.json").read_text())


class TestInAFigure:
    """What matplotlib draws is coloured as on screen; js/test/colors.test.ts reads KNOWN too."""

    def test_colours_are_those_of_the_screen(self):
        for code, palette, color in KNOWN["categories"]:
            assert category_color(code, palette) == color
        for at, colormap, color in KNOWN["values"]:
            assert value_color(at, colormap) == color

    @pytest.fixture
    def drawn(self, session):
        """Draw, and return the face colours and the alpha of each collection."""

        def draw():
            axes = session.figure("embedding").axes[0]
            axes.figure.draw_without_rendering()
            faces = [one.get_facecolor() for one in axes.collections]
            return [{to_hex(face) for face in of} for of in faces], axes

        return draw

    @pytest.mark.parametrize(
        ("palette", "first"),
        [
            ("24 colors", "#0a7648"), ("Okabe-Ito", "#d49200"), (["red"], "#ff0000"),
            ({"type_1": "red"}, "#ff0000"), ("adata", "#00ff00"),
        ],
    )  # fmt: skip
    def test_categories_have_the_layers_palette(self, counts, palette, first):
        counts = counts.copy()
        counts.uns["cell_type_colors"] = ["lime", "blue", "cyan"]
        session = Session(counts)
        session.wait()
        session.set_layer("cells", palette=palette, opacity=0.4)
        face = session.figure("embedding").axes[0].collections[0].get_facecolor()[0]
        assert (to_hex(face), round(face[3], 2)) == (first, 0.4)

    def test_numbers_have_the_layers_colour_map_and_limits(self, session, drawn):
        session.set_layer("cells", color_by="depth", colormap="magma", contrast_limits=(-2, -1))
        faces, _axes = drawn()
        assert faces == [{value_color(1, "magma")}]  # all are above
        session.layers["cells"].contrast_limits = ()
        limits = np.quantile(session.colors.values, [0.01, 0.99])
        faces, axes = drawn()
        assert len(faces[0]) > 20
        assert axes.collections[0].get_clim() == pytest.approx(limits, rel=0.05)

    def test_only_what_is_visible_is_drawn_in_its_order(self, session, drawn):
        session.add_layer("cells", color_by="", index=0)
        session.layers["cells"].visible = False
        assert drawn()[0] == [{"#5f6975"}]
        session.layers["labels"].visible = True
        session.layers["labels"].column = "cell_type"
        _faces, axes = drawn()
        assert [text.get_text() for text in axes.texts] == list(
            session.adata.obs["cell_type"].cat.categories
        )
        assert axes.texts[0].get_size() == 9  # points: 12 pixels


class TestOfAnAnnData:
    def test_colours_are_found_by_the_order_of_all_categories(self):
        uns = {"kind_colors": np.array(["red", "lime", "blue"])}
        found = colors_in(uns, "kind", ["a", "b", "c"])
        assert found == {"a": "#ff0000", "b": "#00ff00", "c": "#0000ff"}

    @pytest.mark.parametrize("kept", [None, "red", ["red"], ["red", "blurple"]])
    def test_what_is_missing_or_broken_is_let_be(self, kept):
        assert colors_in({"kind_colors": kept}, "kind", ["a", "b"]) == {}

    def test_columns_tell_them_and_a_category_without_cells_shifts_nothing(self, counts):
        adata = counts.copy()
        names = ["unused", *adata.obs["cell_type"].cat.categories]
        adata.obs["cell_type"] = pd.Categorical(adata.obs["cell_type"], categories=names)
        adata.uns["cell_type_colors"] = [
            "black",
            *["red", "lime", "blue", "cyan"][: len(names) - 1],
        ]
        session = Session(adata)
        session.wait()
        column = next(one for one in session.obs_columns if one.name == "cell_type")
        assert column.colors[:2] == ("#ff0000", "#00ff00")
        session.layers["cells"].palette = "adata"
        assert "palette='adata'" in session.code()
        session.filter(min_cells=2)
        session.wait()
        column = next(one for one in session.obs_columns if one.name == "cell_type")
        assert column.colors[:2] == ("#ff0000", "#00ff00")
