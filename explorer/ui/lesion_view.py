"""What a network still knows after a lesion: accuracy, classes, answers, where it looks."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.figures.cam_panels import panels as draw
from explorer.figures.heatmap import Look, to_png
from explorer.figures.lesions import Level, by_class, confusion, levels
from explorer.ui import cached, panels, state, urls
from explorer.ui.i18n import _, plural
from explorer.ui.panels import Figure
from explorer.ui.urls import Param
from explorer.units import count, large, percent

if TYPE_CHECKING:
    from explorer.cam.compare import Side
    from explorer.figures.charts import Chart
    from explorer.lesion.outcome import Outcome
    from explorer.ui.finished import Run
    from explorer.ui.lesion_choice import Subject
    from explorer.ui.lesion_deleted import Blocks

_SIZE = 320


class Pair(NamedTuple):
    """A run before and after the lesion."""

    run: Run
    whole: Outcome
    left: Outcome


def evaluated(run: Run, subject: Subject, deleted: Blocks) -> Pair:
    """Return what a run knows whole and without the blocks of these that it has.

    Raises:
        ExplorerError: The run or the data cannot be used.
    """
    graph, _cost = cached.network(run.record.spec)
    known = {block.address for block in graph.blocks}
    own = tuple(address for address in deleted if address in known)

    def outcome(gone: Blocks) -> Outcome:
        return cached.lesion(run.stamp, str(run.folder), subject.data, gone, subject.limit)

    return Pair(run, outcome(()), outcome(own))


def change_words(pair: Pair) -> str:
    """Return the change of the accuracy in points, with a true minus sign."""
    return f"{100 * (pair.left.accuracy - pair.whole.accuracy):+.1f}".replace("-", "−")


def strip(pair: Pair, deleted: Blocks) -> None:
    """Show what is left in four figures."""
    graph, _cost = cached.network(pair.run.record.spec)
    num = len(graph.blocks)
    has_shortcuts = sum(block.merge is not None for block in graph.blocks)
    gone = sum(block.merge is not None for block in graph.blocks if block.address in deleted)
    chance = 1 / len(pair.run.record.data.classes)
    was = _("whole {share}, {points} points")
    panels.strip(
        [
            Figure(
                _("Accuracy left"),
                percent(pair.left.accuracy),
                "",
                was.format(share=percent(pair.whole.accuracy), points=change_words(pair))
                if deleted
                else _("nothing deleted"),
            ),
            Figure(_("Blocks left"), str(num - len(deleted)), "", _("of {n}").format(n=num)),
            Figure(
                _("Paths left"),
                large(2 ** (has_shortcuts - gone)),
                "",
                _("of {n}").format(n=large(2**has_shortcuts)),
                _("Each block with a shortcut is gone through or past; a deleted one only past."),
            ),
            Figure(
                _("Chance"),
                percent(chance),
                "",
                plural("one of {n} class", "one of {n} classes", len(pair.run.record.data.classes)),
            ),
        ]
    )


def results(pair: Pair, twin: Pair | None, subject: Subject, deleted: Blocks) -> None:
    """Show the accuracy beside its control, the classes, and the confusion matrix."""
    classes = pair.run.record.data.classes
    left, right = st.columns(2, gap="medium")
    with left:
        with st.container(border=True, key="lesion-accuracy"):
            panels.heading(
                _("Accuracy"),
                _("Share of right answers. Pale: the whole network; dark: without the blocks."),
            )
            _plot(levels(_rows(pair, twin, deleted), 1 / len(classes), _("chance")), "levels")
        with st.container(border=True, key="lesion-classes"):
            panels.heading(
                _("Accuracy by class"),
                _("Ring: the whole network; dot: what is left, as a share of the class."),
            )
            _plot(by_class(classes, pair.whole, pair.left, _("class")), "classes")
    with right, st.container(border=True, key="lesion-confusion"):
        panels.heading(
            _("What it answers now") if deleted else _("What it answers"),
            _("Images by true class and answer; right answers stand on the diagonal."),
        )
        chart = confusion(classes, pair.left, _("answer"), _("true class"))
        _plot(chart, "confusion")
        panels.note(caption(subject, pair.whole.num_images))
        with st.expander(_("Table")):
            st.dataframe(table(pair), hide_index=True)
        st.download_button(
            _("Save CSV"),
            lambda: confusion_csv(pair),
            "lesion.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key="lesion-csv",
        )


def caption(subject: Subject, num_images: int) -> str:
    """Return what was measured, on how many images, with which seed."""
    words = _(
        "Measured on {n} held-out images of {data}; nothing is trained anew. One training seed: "
        "do not conclude yet."
    )
    if subject.limit is not None and num_images == subject.limit:
        words = _(
            "Measured on {n} held-out images of {data}, drawn with seed 0; nothing is trained "
            "anew. One training seed: do not conclude yet."
        )
    return words.format(n=count(num_images), data=subject.data_title)


def _rows(pair: Pair, twin: Pair | None, deleted: Blocks) -> list[Level]:
    rows: list[Level] = []
    for one in (pair, twin):
        if one is None:
            continue
        title = one.run.record.title
        is_twin = one is twin
        rows.append(Level(title, one.whole.accuracy, is_twin, is_whole=True))
        if deleted:
            without = plural("without {n} block", "without {n} blocks", len(deleted))
            name = without + (" " if is_twin else "")  # two bars need two names
            rows.append(Level(name, one.left.accuracy, is_twin))
    return rows


def _plot(chart: Chart, name: str) -> None:
    st.plotly_chart(
        chart.figure, key=f"lesion-{name}-chart", config={"displayModeBar": False}, alt=chart.alt
    )


def table(pair: Pair) -> list[dict[str, str]]:
    """Return a row for each class: images, accuracy before and after."""
    rows: list[dict[str, str]] = []
    images = pair.whole.confusion.sum(1)
    before, after = pair.whole.per_class, pair.left.per_class
    for i, name in enumerate(pair.run.record.data.classes):
        rows.append(
            {
                _("Class"): name,
                _("Images"): count(int(images[i])),
                _("Whole"): percent(before[i]) if images[i] else "–",
                _("Left"): percent(after[i]) if images[i] else "–",
                _("Change [points]"): f"{100 * (after[i] - before[i]):+.1f}".replace("-", "−")
                if images[i]
                else "–",
            }
        )
    return rows


def confusion_csv(pair: Pair) -> str:
    """Return both confusion matrices as rows of true class, answer and number of images."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("network", "true class", "answer", "images"))
    classes = pair.run.record.data.classes
    for name, outcome in (("whole", pair.whole), ("left", pair.left)):
        for i, true in enumerate(classes):
            for j, answer in enumerate(classes):
                writer.writerow((name, true, answer, int(outcome.confusion[i, j])))
    return text.getvalue()


def looks(subject: Subject, num_images: int, deleted: Blocks) -> None:
    """Show where the network looks in one image, whole and without the blocks.

    Raises:
        ExplorerError: The image or the network cannot be used.
    """
    run = subject.run
    with st.container(border=True, key="lesion-cam"):
        words, choice = st.columns((2, 1), vertical_alignment="bottom")
        with words:
            panels.heading(
                _("Where it looks"),
                _("Grad-CAM of the true class at the last stage, in shares on one scale."),
            )
        with choice:
            index = _image(num_images)
        found = cached.lesion_cam(run.stamp, str(run.folder), subject.data, index, deleted)
        drawn = draw(found, "share", Look(size=_SIZE, opacity=0.6, grey=True, cells=False))
        columns = st.columns(4)
        facts = _("true class {name}").format(name=found.label)
        pictures = [(_("Image"), facts, drawn.image), (_("Whole"), _answer(found.a), drawn.a)]
        if deleted:
            pictures.append((_("Without the blocks"), _answer(found.b), drawn.b))
        for column, (title, line, pixels) in zip(columns, pictures, strict=False):
            with column:
                panels.heading(title, line)
                st.image(
                    to_png(pixels),
                    width="stretch",
                    alt=_("{title}: {line}").format(title=title, line=line),
                )


def _answer(side: Side) -> str:
    best = side.top[0]
    words = _("says {name}, {share}")
    if side.is_dead:
        words = _("says {name}, {share} · nothing speaks for this class")
    return words.format(name=best.class_name, share=percent(best.probability))


def _image(num_images: int) -> int:
    key, wanted = "lesion-image", urls.get(Param.SAMPLE)
    last = num_images - 1
    start = state.start_widget(key, min(int(wanted), last) if wanted.isdecimal() else 0)
    index = int(st.number_input(_("Number of the image"), 0, last, start, key=key))
    urls.put(Param.SAMPLE, str(index) if index else "")
    return index
