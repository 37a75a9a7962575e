import pickle

import pytest

from explorer.errors import (
    BudgetError,
    DataError,
    ExplorerError,
    JobError,
    ShapeError,
    SpecError,
    UrlError,
    WeightsError,
)

ERRORS = (
    ExplorerError("Wrong.", "Do this."),
    SpecError("Wrong.", "Do this.", "stages.0.width"),
    ShapeError("Wrong.", address="layer1.0.add", shapes=((1, 2, 2), (2, 2, 2))),
    BudgetError("Large.", "Less.", quantity="params", value=2, limit=1),
    UrlError("Wrong."),
    DataError("Wrong.", "Do this."),
    WeightsError("Wrong.", "Do this."),
    JobError("Wrong.", "Do this."),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_the_way_between_processes(error):
    again = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(again) is type(error)
    assert vars(again) == vars(error)
    assert str(again) == str(error)
    assert again.args == error.args


def test_message_and_hint_are_one_line():
    assert str(ERRORS[0]) == "Wrong. Do this."
    assert str(ERRORS[4]) == "Wrong."
    assert ERRORS[2].location == "layer1.0.add"
    assert ERRORS[3].location == "params"
