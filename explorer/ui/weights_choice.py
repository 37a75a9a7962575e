"""Which weights are looked at: the network in hand before training, or a run at some epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import streamlit as st

from explorer.analysis.gradient_study import Weights
from explorer.data.registry import catalogue
from explorer.store import runs
from explorer.ui import cached, datasets, urls
from explorer.ui.finished import finished_runs
from explorer.ui.i18n import _
from explorer.ui.state import start_widget
from explorer.ui.urls import Param

if TYPE_CHECKING:
    from explorer.ir.graph import Graph
    from explorer.spec import NetworkSpec
    from explorer.ui.finished import Run
    from explorer.ui.state import Hand

HAND = ""
LARGEST_SEED = 2**31 - 1


class Chosen(NamedTuple):
    """What is looked at.

    Attributes:
        weights: As the compute pool takes them.
        title: Name of the network.
        when: When in its training, in words.
        spec: The network.
        run: The run, or None at initialisation.
    """

    weights: Weights
    title: str
    when: str
    spec: NetworkSpec
    run: Run | None = None

    @property
    def graph(self) -> Graph:
        """Return the graph of the network."""
        return cached.network(self.spec)[0]

    @property
    def macs(self) -> int:
        """Return the multiply-adds of one image."""
        return cached.network(self.spec)[1].macs

    @property
    def stamp(self) -> str:
        """Return what changes when the run is trained again."""
        return self.run.stamp if self.run else ""

    @property
    def loss(self) -> str:
        """Return which loss the gradient is of, in words."""
        if self.run is None or self.run.segments:
            return _("the loss is that of the class the network predicts")
        return _("the loss is that of the true class")


def choose_weights(now: Hand) -> Chosen:
    """Show the choice of network, moment and data; the link keeps it."""
    found = finished_runs()
    wanted = urls.get(Param.RUN)
    key = "weights-run"
    options = [HAND, *found]
    start = start_widget(key, wanted if wanted in found else HAND, options)

    def words(name: str) -> str:
        if name in found:
            return label_of(found[name])
        return _("{title}, untrained").format(title=now.title)

    chosen = st.selectbox(
        _("Weights"),
        options,
        options.index(start),
        key=key,
        format_func=words,
        help=_("The network in hand before training, or a finished training."),
    )
    urls.put(Param.RUN, chosen)
    return _of_run(found[chosen]) if chosen in found else _of_hand(now)


def label_of(run: Run) -> str:
    """Return a run's name in a list, with the seed: choices with equal names become one."""
    return _("{label} · seed {seed} · {id}").format(
        label=run.label, seed=run.record.seed, id=run.id[-4:]
    )


def _of_hand(now: Hand) -> Chosen:
    urls.put(Param.EPOCH, "")
    data, seed = choose_data(), choose_seed()
    return Chosen(
        Weights(data, spec=now.working, seed=seed),
        now.title,
        _("before training, seed {seed}").format(seed=seed),
        now.working,
    )


def choose_data() -> str:
    """Show the choice of images for an untrained network."""
    named = {info.name: _(info.title) for info in catalogue()}
    own = {str(path): name for name, path in datasets.found().items()}
    options = [*named, *own]
    wanted = urls.get(Param.DATA)
    start = start_widget("weights-data", wanted if wanted in options else datasets.FIRST, options)
    chosen = st.selectbox(
        _("Images"),
        options,
        options.index(start),
        key="weights-data",
        format_func=lambda name: named.get(str(name)) or own.get(str(name), str(name)),
    )
    urls.put(Param.DATA, "" if chosen == datasets.FIRST else chosen)
    return chosen


def choose_seed() -> int:
    """Show the seed of untrained weights, and of what is drawn."""
    start = start_widget("weights-seed", number_of(Param.SEED, 0, LARGEST_SEED))
    seed = int(
        st.number_input(
            _("Seed"),
            0,
            LARGEST_SEED,
            start,
            key="weights-seed",
            help=_("Of untrained weights, and of everything that is drawn at random."),
        )
    )
    urls.put(Param.SEED, str(seed) if seed else "")
    return seed


def _of_run(run: Run) -> Chosen:
    urls.put(Param.DATA, "")
    epoch, words = _epoch(run)
    return Chosen(
        Weights(run.record.data.name, run=run.folder, epoch=epoch),
        run.record.title,
        words,
        run.record.spec,
        run,
    )


def _epoch(run: Run) -> tuple[int | None, str]:
    """Show the moments of a run that are kept; None is its end."""
    result = run.record.result
    last = result.epochs if result else 0
    moments = [0, *runs.snapshots(run.folder), last]
    key = f"weights-epoch-{run.id}"
    wanted = number_of(Param.EPOCH, last, last)
    start = start_widget(key, wanted if wanted in moments else last, moments)
    epoch = int(
        st.select_slider(
            _("Epoch"),
            moments,
            start,
            key=key,
            help=_(
                "0 is before training. A training keeps a few moments on the way where they "
                "take little room."
            ),
        )
    )
    urls.put(Param.EPOCH, "" if epoch == last else str(epoch))
    words = _("after {epoch} of {last} epochs").format(epoch=epoch, last=last)
    if epoch == 0:
        words = _("before training, seed {seed}").format(seed=run.record.seed)
    return (None if epoch == last else epoch), words


def number_of(param: Param, default: int, largest: int) -> int:
    """Return a whole number of the link; the default where it is none or too large."""
    text = urls.get(param)
    return int(text) if text.isascii() and text.isdecimal() and int(text) <= largest else default
