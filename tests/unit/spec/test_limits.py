import pytest

from explorer.analysis.budget import admit
from explorer.errors import BudgetError
from explorer.spec import NetworkSpec, StageSpec
from explorer.spec.limits import Limits
from explorer.spec.presets import preset


@pytest.mark.parametrize("quantity", ["params", "macs", "activation_bytes", "nodes"])
def test_exactly_the_limit_is_allowed_and_one_more_is_not(quantity):
    graph, cost = admit(preset("resnet20"), limits=Limits())
    value = len(graph.nodes) if quantity == "nodes" else getattr(cost, quantity)
    admit(preset("resnet20"), limits=Limits(**{quantity: value}))
    with pytest.raises(BudgetError) as refused:
        admit(preset("resnet20"), limits=Limits(**{quantity: value - 1}))
    assert (refused.value.quantity, refused.value.value) == (quantity, value)
    assert refused.value.limit == value - 1


def test_the_environment_raises_a_limit(monkeypatch):
    monkeypatch.setenv("EXPLORER_MAX_PARAMS", "123")
    assert Limits.from_environment() == Limits(params=123)


@pytest.mark.parametrize("text", ["", "many", "-1", "²", "1e9"])
def test_what_is_no_number_is_left_out(monkeypatch, text):
    monkeypatch.setenv("EXPLORER_MAX_PARAMS", text)
    assert Limits.from_environment() == Limits()


def test_the_deepest_specification_is_refused_before_it_is_lowered(monkeypatch):
    def refuse(*_):
        raise AssertionError("lowered")

    monkeypatch.setattr("explorer.analysis.budget.lower", refuse)
    spec = NetworkSpec(stages=(StageSpec(depth=1000),) * 8)
    with pytest.raises(BudgetError, match=r"24\.0 k ops"):
        admit(spec)
