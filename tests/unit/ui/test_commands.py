"""Commands that cannot be carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.spec.presets import preset
from explorer.ui import commands
from explorer.ui.state import Hand

if TYPE_CHECKING:
    import pytest

    from explorer.errors import SpecError


def test_what_cannot_be_done_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[SpecError] = []
    monkeypatch.setattr(commands, "show", said.append)
    spec = preset("resnet20")
    now = Hand(spec, spec)
    commands.apply(now, {"do": "remove", "address": "layer9"})
    assert [str(error) for error in said] == ["There is no stage 9. Choose one of the stages."]
    commands.apply(now, {"do": "remove", "address": "everything"})
    assert len(said) == 1
    assert now.spec == spec
