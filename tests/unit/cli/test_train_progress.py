from __future__ import annotations

import pytest

from explorer.cli.progress import Bar
from explorer.training.events import EpochEvent, LoadEvent, StepEvent

EVENTS = (
    LoadEvent("Reading images", 0.5),
    StepEvent(3, 0.5, 1.25, 0.1, 812.4, 0.25, 75.0),
    EpochEvent(6, 1, 1.2, 0.5, 1.1, 0.625, 20.0),
)


@pytest.mark.parametrize("shown", [True, False])
def test_the_bar_is_drawn_on_a_terminal_only(capfd, shown):
    with Bar(shown=shown) as bar:
        for event in EVENTS:
            bar.show(event)
    out, err = capfd.readouterr()
    drawn = err
    assert not out
    if not shown:
        assert not drawn
        return
    assert "Reading images" in drawn
    assert "812 img/s, loss 1.250, 01:15 left" in drawn
    assert "25 %" in drawn
    assert "Epoch 1: loss 1.200, held out: loss 1.100, accuracy 62.5 %" in drawn
