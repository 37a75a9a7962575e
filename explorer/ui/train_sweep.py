"""A grid of trainings as one submission: what is varied, how many runs, about how long."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple, cast, get_args

import streamlit as st

from explorer.errors import ExplorerError, JobError
from explorer.jobs import client
from explorer.lessons.pool import SPEED, START
from explorer.spec import codec
from explorer.spec.presets import presets
from explorer.store.paths import home
from explorer.store.records import State
from explorer.training import sweep as sweeps
from explorer.training.budget import Kind
from explorer.training.recipes import recipes
from explorer.ui import cached, cached_training, panels
from explorer.ui.finished import TRAIN
from explorer.ui.i18n import _, plural, sentences
from explorer.ui.train_fields import title_of
from explorer.units import seconds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from explorer.data.facts import Facts
    from explorer.spec import NetworkSpec
    from explorer.store.records import Job
    from explorer.training.sweep import Sweep, Variant

NOTHING = ""
MAX_AXES = 3
_RECENT = 20


class Field(NamedTuple):
    """Something that can be varied.

    Attributes:
        label: For people.
        example: Values of it, as they are typed; empty where they are chosen from a list.
        options: The list, as name and words.
    """

    label: str
    example: str = ""
    options: dict[str, str] | None = None


class Wanted(NamedTuple):
    """What a form asks for beside one training.

    Attributes:
        axes: What is varied, by the names of ``sweep_fields.with_value``.
        budget: What is equal for all; None: each its recipe.
        seconds: Where that is time, how much [s].
    """

    axes: tuple[dict[str, Any], ...] = ()
    budget: Kind | None = None
    seconds: float | None = None


def sweep_choice(spec: NetworkSpec, form: str) -> Wanted:
    """Show up to three fields with their values, and what is to be equal for all.

    Args:
        spec: The network, whose blocks say what can be varied.
        form: Begins the keys of the widgets.

    Raises:
        JobError: A value is no number.
    """
    key = f"train-{form}sweep"
    known = fields_of(spec)
    panels.note(
        _(
            "Every combination of the values is trained, as one submission: at most {n} trainings."
        ).format(n=sweeps.MAX_RUNS)
    )
    axes: list[dict[str, Any]] = []
    problem: JobError | None = None
    for number in range(MAX_AXES):
        taken = {axis["field"] for axis in axes}
        field = _field(known, taken, number, key)
        if field == NOTHING:
            break
        try:
            axes.append({"field": field, "values": _values(known[field], f"{key}-{field}")})
        except JobError as error:
            # The next field is still shown: a form that shrinks while one types jumps.
            problem = problem or error
            axes.append({"field": field, "values": [0]})
    if problem is not None:
        raise problem
    return Wanted(tuple(axes), *_budget(key)) if axes else Wanted()


def fields_of(spec: NetworkSpec) -> dict[str, Field]:
    """Return what of a network and a recipe can be varied, by the name that a sweep uses."""
    examples = {
        "lr": "0.03, 0.1, 0.3", "batch_size": "32, 64, 128", "epochs": "2, 5, 10",
        "weight_decay": "0, 1e-4, 5e-4", "label_smoothing": "0, 0.1", "mixup": "0, 0.2",
        "cutout": "0, 8", "ema": "0, 0.99",
    }  # fmt: skip
    found = {f"recipe.{name}": Field(title_of(name), example) for name, example in examples.items()}
    named = {name: _(one.title) for name, one in recipes().items()}
    found["recipe"] = Field(_("Recipe"), options=named)
    titles = {name: one.title for name, one in presets().items()}
    found["spec"] = Field(_("Network"), options=titles)
    found["spec.width_multiplier"] = Field(_("Width multiplier"), "0.5, 1, 2")
    found["spec.stages.*.depth"] = Field(_("Blocks of every stage"), "1, 2, 3")
    for block in dict.fromkeys(type(stage.block) for stage in spec.stages):
        for name, info in block.model_fields.items():
            if info.annotation is int:
                now = next(getattr(s.block, name) for s in spec.stages if type(s.block) is block)
                label = _("{title} of every stage").format(title=_(info.title or name))
                found[f"spec.stages.*.block.{name}"] = Field(label, f"{now}, {2 * max(1, now)}")
    return found


def _field(known: dict[str, Field], taken: set[str], number: int, key: str) -> str:
    options = [NOTHING, *(name for name in known if name not in taken)]
    labels = (_("Vary"), _("And vary"), _("And vary too"))
    chosen = st.selectbox(
        labels[number],
        options,
        key=f"{key}-{number}",
        format_func=lambda one: known[one].label if one in known else _("nothing"),
        help=_("The field that differs between the trainings.") if number == 0 else None,
        persist_state="session",
    )
    return chosen if chosen in known else NOTHING


def _values(field: Field, key: str) -> list[Any]:
    if field.options is not None:
        options = field.options
        chosen = st.multiselect(
            _("Values of {field}").format(field=field.label),
            list(options),
            key=key,
            format_func=lambda one: options.get(one, str(one)),
            max_selections=sweeps.MAX_RUNS,
            persist_state="session",
        )
        if len(chosen) < 2:
            raise JobError(
                _("One value is nothing to vary."), _("Choose at least two values to vary.")
            )
        return list(chosen)
    text = st.text_input(
        _("Values of {field}").format(field=field.label),
        field.example,
        key=key,
        max_chars=200,
        help=_("Divided by commas."),
        persist_state="session",
    )
    return numbers(text)


def numbers(text: str) -> list[int | float]:
    """Return the numbers of a text; whole ones as int.

    Raises:
        JobError: A part is no number, or there is none.
    """
    found: list[int | float] = []
    for part in text.replace(";", ",").split(","):
        word = part.strip()
        if not word:
            continue
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise JobError(
                _("{text} is no number.").format(text=repr(word[:40])),
                _("Write numbers divided by commas, such as 0.03, 0.1, 0.3."),
            )
        found.append(int(value) if word.lstrip("+-").isdigit() else value)
    if not found:
        raise JobError(
            _("There are no values to vary."),
            _("Write numbers divided by commas, such as 0.03, 0.1, 0.3."),
        )
    return found


def _budget(key: str) -> tuple[Kind | None, float | None]:
    words = {
        "": _("as its recipe says"),
        "samples": _("equal images"),
        "macs": _("equal multiply-adds"),
        "time": _("equal time"),
    }
    chosen = st.selectbox(
        _("Each is trained for"),
        list(words),
        key=f"{key}-budget",
        format_func=lambda one: words.get(one, str(one)),
        help=_("Equal images, multiply-adds or time: as the first combination would use."),
        persist_state="session",
    )
    budget = next((kind for kind in get_args(Kind) if kind == chosen), None)
    if budget != "time":
        return budget, None
    minutes = st.number_input(
        _("Minutes each"), 0.1, 10_000.0, 1.0, key=f"{key}-minutes", persist_state="session"
    )
    return budget, 60.0 * minutes


def sweep_of(title: str, base: dict[str, Any], wanted: Wanted, seeds: tuple[int, ...]) -> Sweep:
    """Return the sweep that a form asks for.

    Raises:
        JobError: It cannot be meant, or asks for too many trainings.
    """
    labels = fields_of(codec.from_data(base["spec"]))
    varied = ", ".join(labels[axis["field"]].label.lower() for axis in wanted.axes)
    named = f"{title}: {varied}" if varied else title
    asked = {**wanted._asdict(), "title": named, "base": base, "seeds": seeds}
    return sweeps.from_data(asked)


def field_titles(jobs: Sequence[Job]) -> dict[str, str]:
    """Return what the varied fields of a sweep's trainings are called."""
    try:
        found = fields_of(codec.from_data(jobs[0].payload.get("spec")))
    except ExplorerError:
        return {}
    return {"seed": _("Seed"), **{name: field.label for name, field in found.items()}}


def variant_label(job: Job, titles: Mapping[str, str]) -> str:
    """Return what sets a training of a sweep apart, such as ``Learning rate 0.1``; or its title."""
    variant: object = job.payload.get("variant")
    if not isinstance(variant, dict) or not variant:
        return job.title
    values = cast("dict[str, object]", variant)
    return ", ".join(f"{titles.get(name, name)} {value}" for name, value in values.items())


def outlook(sweep: Sweep, facts: Facts) -> str:
    """Return how many trainings a sweep is and about how long they take, as a sentence."""
    found = variants_of(sweep, facts)
    time = seconds(round(duration(sweep, found)))
    words = plural(
        "{n} training, about {time} of work on this machine.",
        "{n} trainings, about {time} of work on this machine, one after the other.",
        len(found),
        time=time,
    )
    bad = [one for one in found if one.problem]
    if bad:
        more = plural(
            "{n} cannot be done. With {label}: {problem}",
            "{n} cannot be done. The first, with {label}: {problem}",
            len(bad),
            label=bad[0].label,
            problem=bad[0].problem,
        )
        return sentences([words, more])
    return words


def variants_of(sweep: Sweep, facts: Facts) -> tuple[Variant, ...]:
    """Return every training of a sweep."""
    size = (facts.num_images, facts.image_size, facts.num_classes)
    language = cached_training.language()
    return cached_training.variants(language, sweep.model_dump_json(), size)


def duration(sweep: Sweep, found: tuple[Variant, ...]) -> float:
    """Return about how long trainings take together [s], by what ran here before."""
    rate = _pace() or SPEED
    if sweep.budget == "time":
        return len(found) * ((sweep.seconds or 0.0) + START)
    given = [dict(one.payload.get("recipe", {})).get("seconds") for one in found]
    timed = sum(float(cast("float", each)) for each in given if each)
    return timed + sum(one.macs for one in found) / rate + START * len(found)


def _pace() -> float | None:
    done = [job for job in client.jobs(_RECENT, kind=TRAIN) if job.state is State.DONE]
    records = [record for job in done if (record := cached.run_record(home().run(job.id)))]
    return cached_training.pace(tuple(job.id for job in done), records)
