"""Ten thousand random edits: after each a network that works, or a repair that makes one.

The ordinary run makes the first few hundred; ``pytest -m slow`` makes all of them.
"""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from explorer.analysis.budget import admit
from explorer.analysis.repair import place_of, repairs
from explorer.errors import SpecError
from explorer.spec import edit
from explorer.spec.presets import preset, presets
from tests.property.edits import EDITS

FEW, MANY = 600, 10_000
MOST_BLOCKS = 60
STARTS = [n for n, p in presets().items() if sum(s.depth for s in p.spec.stages) <= MOST_BLOCKS]


def machine_of(seen: Counter[str]) -> type[RuleBasedStateMachine]:
    """Return a machine that counts what it has seen."""

    class Assembler(RuleBasedStateMachine):
        """A person who edits at random, and takes a repair of the offered ones, or none."""

        @initialize(name=st.one_of(st.none(), st.sampled_from(STARTS)))
        def begin(self, name):
            self.spec = edit.blank() if name is None else preset(name)

        @rule(
            change=st.sampled_from(EDITS),
            rng=st.randoms(use_true_random=True),
            choice=st.integers(0, 9),
        )
        def change(self, change, rng, choice):
            seen["edits"] += 1
            try:
                after = change(rng, self.spec)
            except SpecError as error:
                seen["refused"] += 1
                self.repaired(self.spec, error)
                return
            try:
                admit(after)
            except SpecError as error:
                seen[type(error).__name__] += 1
                found = self.repaired(after, error)
                if choice < 7:
                    self.spec = found[choice % len(found)].spec
                elif choice < 9:
                    # Some go on with what does not work.
                    self.spec = after
            else:
                seen["legal"] += 1
                self.spec = after

        def repaired(self, spec, error):
            assert error.location
            assert place_of(spec, error)
            assert error.message.endswith(".")
            found = repairs(spec, error)
            assert found, f"no repair: {error} {spec.canonical}"
            for repair in found:
                admit(repair.spec)
            seen["repairs"] += len(found)
            seen["several steps"] += any(repair.also for repair in found)
            return found

    return Assembler


def make(number: int) -> Counter[str]:
    """Make at least so many random edits, always the same ones."""
    seen: Counter[str] = Counter()
    steps = 50
    while seen["edits"] < number:
        machine = seed(seen["edits"])(machine_of(seen))
        examples = max(1, (number - seen["edits"]) // steps)
        limits = settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        run_state_machine_as_test(machine, settings=limits)
    print(f"{seen.total():,} counted:", dict(seen))
    return seen


def test_some_hundred_random_edits_can_all_be_repaired() -> None:
    seen = make(FEW)
    assert seen["edits"] >= FEW
    assert seen["legal"] + seen["refused"] + seen["ShapeError"] + seen["BudgetError"] >= FEW
    assert min(seen["legal"], seen["refused"], seen["ShapeError"], seen["repairs"]) > 10


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_ten_thousand_random_edits_can_all_be_repaired() -> None:
    seen = make(MANY)
    assert seen["edits"] >= MANY
    assert min(seen["BudgetError"], seen["several steps"]) > 10
