"""``reproduce LESSON``: run the experiments of a lesson, the paper's figures beside ours."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.cli.commands import Output
from explorer.errors import ExplorerError, LessonError
from explorer.training import threads

if TYPE_CHECKING:
    import argparse

    from explorer.lessons.experiment import Experiment, Setting
    from explorer.lessons.lesson import Lesson
    from explorer.lessons.results import Results
    from explorer.lessons.table import Table

FOLDER = "reproduced"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("lesson", metavar="LESSON", help="such as degradation")
    parser.add_argument(
        "--quick", action="store_true", help="tiny: a minute or two, on images that come along"
    )
    parser.add_argument("--experiment", metavar="NAME", help="only this one of its experiments")
    parser.add_argument("--out", type=Path, metavar="DIR", help="default: in the data home")
    parser.add_argument("--data", metavar="PATH", help="where the images lie (cifar10-train.zip)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument(
        "--record", action="store_true", help="keep what comes out beside the lesson"
    )


def run(arguments: argparse.Namespace) -> Output:
    """Run the experiments; what is complete in the folder is not done again.

    Raises:
        ExplorerError: There is no such lesson, its data is not here, or it was stopped.
    """
    threads.set_environment()
    from explorer.lessons import library  # noqa: PLC0415 - help needs none of these
    from explorer.store.paths import home  # noqa: PLC0415

    if arguments.quick and arguments.record:
        raise LessonError("Quick runs are not recorded.", "Leave out --quick or --record.")
    lesson = library.find(arguments.lesson)
    chosen = _chosen(lesson, arguments.experiment, quick=arguments.quick)
    length = "quick" if arguments.quick else "full"
    out: Path = arguments.out or home().root / FOLDER / f"{arguments.lesson}-{length}"
    return _all(lesson, chosen, out, arguments)


def _chosen(lesson: Lesson, name: str | None, *, quick: bool) -> tuple[Experiment, ...]:
    if not lesson.experiments:
        raise LessonError("This lesson has no experiment.", "Its steps need no training.")
    found = tuple(one for one in lesson.experiments if name in {None, one.name})
    if not found:
        names = ", ".join(one.name for one in lesson.experiments)
        raise LessonError(f"This lesson has no experiment {name!r}.", f"There are {names}.")
    if quick:
        found = tuple(one for one in found if one.quick or one.is_counted)
        if not found:
            raise LessonError("This experiment has no quick form.", "Leave out --quick.")
    return found


def _all(
    lesson: Lesson, chosen: tuple[Experiment, ...], out: Path, arguments: argparse.Namespace
) -> Output:
    from explorer.lessons import recorded  # noqa: PLC0415
    from explorer.lessons.page import result_page  # noqa: PLC0415
    from explorer.lessons.results import Results  # noqa: PLC0415
    from explorer.lessons.table import as_text, table  # noqa: PLC0415
    from explorer.store.runs import write_atomic  # noqa: PLC0415

    data: dict[str, Any] = {"lesson": arguments.lesson, "quick": arguments.quick}
    lines = [f"{lesson.title} ({'a quick look' if arguments.quick else 'in full'})"]
    found: dict[str, tuple[Table, Results]] = {}
    for experiment in chosen:
        results = Results(runs=())
        if not experiment.is_counted:
            results = _run(experiment, out / experiment.name, arguments)
        if arguments.record and not experiment.is_counted:
            recorded.record(arguments.lesson, experiment.name, results)
        shown = table(experiment, results)
        found[experiment.name] = shown, results
        lines += ["", experiment.title, _on_what(results), as_text(shown)]
        lines += _claims(lesson, experiment, results, quick=arguments.quick)
    out.mkdir(parents=True, exist_ok=True)
    page = out / "index.html"
    write_atomic(page, result_page(lesson, found, quick=arguments.quick).encode())
    lines += ["", f"The result page is {page}."]
    data["page"] = str(page)
    data["experiments"] = {
        name: {
            "networks": list(shown.rows),
            "columns": [column._asdict() for column in shown.columns],
            "results": results.model_dump(mode="json"),
        }
        for name, (shown, results) in found.items()
    }
    return Output(data, "\n".join(lines))


_QUICK = "Tiny runs: they show that everything works, and no more than a tendency."


def _claims(lesson: Lesson, experiment: Experiment, results: Results, *, quick: bool) -> list[str]:
    from explorer.lessons.claims import sentence  # noqa: PLC0415
    from explorer.lessons.page import claims_of  # noqa: PLC0415

    said = (sentence(claim, experiment, results) for claim in claims_of(lesson, experiment.name))
    found = [f"here: {words}" for words in said if words]
    return [*found, _QUICK] if quick and not experiment.is_counted else found


def _on_what(results: Results) -> str:
    from explorer.lessons.page import on_what  # noqa: PLC0415

    return on_what(results)


def _setting(experiment: Experiment, *, quick: bool) -> Setting:
    return experiment.quick if quick and experiment.quick else experiment.recorded


def _run(experiment: Experiment, folder: Path, arguments: argparse.Namespace) -> Results:
    from explorer.cli.progress import Bar  # noqa: PLC0415
    from explorer.cli.train import stop_on_interrupt  # noqa: PLC0415
    from explorer.lessons.reproduce import Plan, reproduce  # noqa: PLC0415 - torch
    from explorer.training.process import prepare  # noqa: PLC0415

    prepare()
    shown = sys.stderr.isatty()

    def begin(place: int, total: int, title: str) -> None:
        print(f"{place + 1} of {total}: {title}", file=sys.stderr, flush=True)

    with stop_on_interrupt() as should_stop, Bar(shown=shown) as bar:
        plan = Plan(
            experiment,
            _setting(experiment, quick=arguments.quick),
            folder,
            data=arguments.data,
            device=arguments.device,
            on_begin=begin,
            on_event=bar.show,
            should_stop=should_stop,
        )
        try:
            return reproduce(plan)
        except ExplorerError as error:
            raise type(error)(f"{experiment.title}: {error.message}", error.hint) from None
