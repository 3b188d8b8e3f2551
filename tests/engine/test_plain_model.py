"""The cases that the browser's comparison is tested by are what Python says today."""

import json

import numpy as np

from tests.engine import plain_cases


def test_cases_of_the_browser_are_those_of_python():
    stored, now = json.loads(plain_cases.FILE.read_text()), plain_cases.cases()
    again = "python -m tests.engine.plain_cases"
    assert list(stored["cases"]) == list(now["cases"]), again
    for name, case in now["cases"].items():
        was = stored["cases"][name]
        assert [was[key] for key in ("groups", "sentence")] == [case["groups"], case["sentence"]]
        for column, values in case["table"].items():
            expected = was["table"][column]
            np.testing.assert_allclose(values, expected, atol=2e-3, err_msg=f"{name}: {again}")
    for name, model in now["models"].items():
        assert stored["models"][name]["saved"] == json.loads(json.dumps(model["saved"])), again


def test_arrays_have_the_sizes_that_are_said():
    encodings, _ = plain_cases.networks()
    for one in encodings.values():
        description, arrays = plain_cases.plain_model(one)
        every = one.cells.every(np.arange(one.cells.n_cells))
        assert len(arrays["counts"]) == len(arrays["held_out"]) == len(every.values)
        for part in ("encoder", "decoder"):
            for i, row in enumerate(description[part]):
                assert arrays[f"{part}.{i}.weight"].size == row["n_in"] * row["n_out"]
    held_out = encodings["plain"].cells.held_out(np.arange(plain_cases.N_CELLS))
    _, arrays = plain_cases.plain_model(encodings["plain"])
    assert arrays["held_out"].sum() == held_out.sum() > 0
