from __future__ import annotations

import pytest

from explorer.store.runs import Result
from explorer.training.times import told

BASE = Result(accuracy=0.5, loss=1.0, num_images=10, seconds=55.0, epochs=1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ""),
        ({"training_seconds": 52.0}, "Steps took 52 s, with evaluations 55 s."),
        ({"result_seconds": 61.0}, "From the click it was 1 min 1 s to the result."),
        (
            {"training_seconds": 52.0, "first_seconds": 2.1, "result_seconds": 61.0},
            (
                "Steps took 52 s, with evaluations 55 s. "
                "From the click it was 2.1 s to the first figure and 1 min 1 s to the result."
            ),
        ),
    ],
)
def test_both_times_are_said_where_they_are_known(changes, words):
    assert told(BASE.model_copy(update=changes)) == words
