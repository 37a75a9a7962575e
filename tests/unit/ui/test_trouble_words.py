"""Every repair has words of its own for its button."""

from __future__ import annotations

from typing import get_args

from explorer.analysis.repair import Action, Repair, Step
from explorer.spec import edit
from explorer.ui.trouble import _words


def test_every_action_has_words_and_no_two_the_same():
    blank = edit.blank()
    labels = [_words(Repair(action, blank, 12, 3, "layer2", "se")) for action in get_args(Action)]
    assert len(set(labels)) == len(labels)
    assert all("{" not in label for label in labels)


def test_a_label_says_where_and_what_it_costs():
    blank = edit.blank()
    assert _words(Repair("width", blank, value=96, address="layer3")) == "Width 96 in layer3"
    projection = Repair("projection", blank, 2048, address="layer1.0")
    assert _words(projection) == "Use a projection in layer1.0 · +2,048 parameters"
    assert _words(Repair("value", blank, value=16, field="se")) == "SE reduction: 16"


def test_a_label_counts_the_changes_that_follow():
    more = (Step("groups", "layer2", 4), Step("stride", "layer3", 1))
    words = _words(Repair("padding", edit.blank(), address="layer1", also=more))
    assert words == "Pad with zeros in layer1 · no parameters · and 2 more changes"
