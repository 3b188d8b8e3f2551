"""What about two groups makes a comparison weak: few cells, shared cells."""

import numpy as np
import pytest

from peakvi_widgets.engine.group_warnings import group_warnings


def test_groups_of_twenty_cells_that_share_none_are_fine():
    assert group_warnings(np.arange(20), np.arange(20, 40)) == ()


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        ((19, 20), "Group 1 has 19 cells, fewer than 20: what is open"),
        ((20, 1), "Group 2 has 1 cell, fewer than 20"),
        ((3, 5), "Group 1 has 3 cells and group 2 has 5 cells, fewer than 20"),
    ],
)
def test_few_cells_are_named_with_the_reason(sizes, text):
    (found,) = group_warnings(np.arange(sizes[0]), 100 + np.arange(sizes[1]))
    assert found.kind == "few cells"
    assert found.text.startswith(text)


def test_shared_cells_are_counted():
    (found,) = group_warnings(np.arange(30), np.arange(25, 60))
    assert found.kind == "shared cells"
    assert found.text.startswith("5 cells are in both groups")
    (found,) = group_warnings(np.arange(30), np.arange(29, 60))
    assert found.text.startswith("1 cell is in both groups")
