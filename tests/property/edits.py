"""Random edits: every field of every family, in range and out of it, and every rearrangement."""

from __future__ import annotations

from typing import Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, MultipleOf

from explorer.blocks import FAMILIES
from explorer.spec import HeadSpec, NetworkSpec, StemSpec, arrange, edit
from explorer.spec.model import StageSpec
from explorer.spec.positions import cells_of

LARGE_IMAGE, MANY_CLASSES = 1024, 100_000


def value_for(rng, info):  # noqa: PLR0911
    """Return a value for a field: mostly allowed, sometimes just outside, rarely nonsense."""
    chance = rng.random()
    if chance < 0.03:
        return rng.choice(["many", None, float("nan"), float("inf"), -1, 10**12, [], {}, 0.5])
    if get_origin(info.annotation) is Literal:
        return rng.choice(get_args(info.annotation))
    if info.annotation is bool:
        return rng.random() < 0.5
    bounds = {type(rule): rule for rule in info.metadata}
    low = bounds[Ge].ge if Ge in bounds else bounds[Gt].gt
    high = bounds[Le].le
    if chance < 0.08:
        return rng.choice([low - 1, high + 1])
    if info.annotation is float:
        step = bounds[MultipleOf].multiple_of if MultipleOf in bounds else 0.125
        return round(rng.randint(round(low / step), round(high / step)) * step, 10)
    if chance < 0.16:
        return rng.choice([low, high])
    # What people type is small or round.
    value = rng.choice(
        [rng.randint(low, min(high, 12)), 2 ** rng.randint(0, 8), rng.randint(1, 96)]
    )
    return max(low, min(high, value))


def any_address(rng, spec):
    """Return the address of a stage, of a block, of the place behind one, or of nothing."""
    stage = rng.randrange(len(spec.stages))
    if rng.random() < 0.03:
        return rng.choice(
            ["", "layer0", "layer9", "layer1.9999", "stem", "layer1.0.conv1", "x" * 99]
        )
    if rng.random() < 0.4:
        return f"layer{stage + 1}"
    return f"layer{stage + 1}.{rng.randint(0, spec.stages[stage].depth)}"


def a_block(rng, spec):
    """Return the position of some block."""
    stage = rng.randrange(len(spec.stages))
    return stage, rng.randrange(spec.stages[stage].depth)


def a_field(rng, model, *, skip=()):
    """Return the name of a field and a value for it."""
    name = rng.choice([n for n in model.model_fields if n not in {"kind", *skip}] or ["kind"])
    return name, value_for(rng, model.model_fields[name])


def a_scope(rng, spec):
    return rng.choice([None, *range(len(spec.stages))])


def change_network(rng, spec):
    name, value = a_field(rng, NetworkSpec, skip=("stem", "stages", "head"))
    return edit.change(spec, **{name: value})


def change_stem(rng, spec):
    name, value = a_field(rng, StemSpec)
    return edit.change_part(spec, "stem", **{name: value})


def change_head(rng, spec):
    return edit.change_part(
        spec,
        "head",
        **dict([a_field(rng, HeadSpec)] if rng.random() < 0.7 else []),
        **({"kind": rng.choice(["classify", "segment"])} if rng.random() < 0.3 else {}),
    )


def change_stage(rng, spec):
    name, value = a_field(rng, StageSpec, skip=("block", "overrides"))
    return edit.change_stages(spec, a_scope(rng, spec), **{name: value})


def change_blocks(rng, spec):
    scope = a_scope(rng, spec)
    name, value = a_field(rng, type(spec.stages[scope or 0].block))
    return edit.change_blocks(spec, scope, **{name: value})


def change_family(rng, spec):
    return edit.change_family(spec, a_scope(rng, spec), rng.choice([*FAMILIES]))


def change_block(rng, spec):
    stage, index = a_block(rng, spec)
    block = cells_of(spec.stages[stage])[index].block
    name, value = a_field(rng, type(block))
    if rng.random() < 0.3:
        name, value = "width", value_for(rng, StageSpec.model_fields["width"])
    return edit.change_block(spec, f"layer{stage + 1}.{index}", **{name: value})


def change_block_family(rng, spec):
    stage, index = a_block(rng, spec)
    kind = rng.choice([*FAMILIES, "no such block"])
    return edit.change_block_family(spec, f"layer{stage + 1}.{index}", kind)


def reset_block(rng, spec):
    special = [(i, o.at) for i, s in enumerate(spec.stages) for o in s.overrides]
    stage, index = rng.choice(special) if special else a_block(rng, spec)
    return edit.reset_block(spec, f"layer{stage + 1}.{index}")


def move(rng, spec):
    start = any_address(rng, spec)
    goals = [any_address(rng, spec) for _ in range(4)]
    alike = [goal for goal in goals if ("." in goal) == ("." in start)]
    return arrange.move(spec, start, rng.choice(alike or goals))


def duplicate(rng, spec):
    return arrange.duplicate(spec, any_address(rng, spec))


def remove(rng, spec):
    return arrange.remove(spec, any_address(rng, spec))


def add_block(rng, spec):
    goals = [any_address(rng, spec) for _ in range(4)]
    return arrange.add_block(spec, next((goal for goal in goals if "." in goal), goals[0]))


def add_stage(rng, spec):
    some = f"layer{rng.randint(1, len(spec.stages))}"
    before = rng.choice(["", some, some, any_address(rng, spec)])
    return arrange.add_stage(spec, before)


EDITS = (
    change_network,
    change_stem,
    change_head,
    change_stage,
    change_stage,
    change_blocks,
    change_blocks,
    change_blocks,
    change_family,
    change_block,
    change_block,
    change_block_family,
    reset_block,
    move,
    move,
    duplicate,
    remove,
    add_block,
    add_stage,
)
