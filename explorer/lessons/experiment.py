"""An experiment of a lesson: networks, data, recipe, epochs and seeds, as one value."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from explorer.errors import ExplorerError, SpecError
from explorer.lessons.fields import Line, Name, Part
from explorer.spec import NetworkSpec
from explorer.spec import edit as edits
from explorer.spec.reading import from_text
from explorer.words import _

Measure = Literal["latency", "lesion", "gradient", "responses", "localise"]
"""What can be measured beside the training; see ``explorer.lessons.measures``."""
CIFAR10 = "cifar10"
"""Stands for the training images of CIFAR-10, which are not bundled."""


class Change(Part):
    """What is different from the network that is named.

    Attributes:
        family: Another block in every stage.
        block: Other parameters of the blocks.
        depth: Blocks of every stage, or of each.
        width: Of the first stage, doubled by every later one, or of each; the stem follows.
        stride: Of each stage.
        width_multiplier: k of a wide network.
        stem: Other values of the stem.
        image_size: Of the input [px].
        num_classes: Of the classifier.
    """

    family: str | None = None
    block: dict[str, Any] = Field(default_factory=dict[str, Any])
    depth: int | tuple[int, ...] | None = None
    width: int | tuple[int, ...] | None = None
    stride: tuple[int, ...] | None = None
    width_multiplier: float | None = None
    stem: dict[str, Any] = Field(default_factory=dict[str, Any])
    image_size: int | None = None
    num_classes: int | None = None

    def apply(self, spec: NetworkSpec) -> NetworkSpec:
        """Return the changed network.

        Raises:
            SpecError: A value is out of range.
        """
        if self.family:
            spec = edits.change_family(spec, None, self.family)
        if self.block:
            known = {name for stage in spec.stages for name in type(stage.block).model_fields}
            unknown = sorted(set(self.block) - known)
            if unknown:
                names = ", ".join(sorted(known - {"kind"}))
                raise SpecError(
                    _("No block of this network has a parameter {name!r}.").format(name=unknown[0]),
                    _("It has {names}.").format(names=names),
                )
            spec = edits.change_blocks(spec, None, **self.block)
        spec = self._stages(spec)
        if self.stem:
            spec = edits.change_part(spec, "stem", **self.stem)
        if self.num_classes:
            spec = edits.change_part(spec, "head", num_classes=self.num_classes)
        top = {"width_multiplier": self.width_multiplier, "image_size": self.image_size}
        return edits.change(spec, **{name: value for name, value in top.items() if value})

    def _stages(self, spec: NetworkSpec) -> NetworkSpec:
        num = len(spec.stages)
        depths = _each(self.depth, num, 1)
        widths = _each(self.width, num, 2)
        for i in range(num):
            found = {"depth": depths, "width": widths, "stride": self.stride}
            stage = {name: values[i] for name, values in found.items() if values}
            if stage:
                spec = edits.change_stages(spec, i, **stage)
        return edits.change_part(spec, "stem", width=widths[0]) if widths else spec


def _each(value: int | tuple[int, ...] | None, num: int, factor: int) -> tuple[int, ...]:
    """Return one value for each stage; a single one is multiplied from stage to stage."""
    if value is None:
        return ()
    if isinstance(value, int):
        return tuple(value * factor**i for i in range(num))
    if len(value) != num:
        raise SpecError(
            _("There are {num} stages, but {values} values.").format(num=num, values=len(value)),
            _("Give one value for all stages, or one for each."),
        )
    return value


class Arm(Part):
    """One network of an experiment.

    Attributes:
        name: In texts and files.
        title: For people.
        network: A preset's name or a link's token.
        change: What is different from it.
        run: A bundled run of the zoo that is looked at instead of training one.
    """

    name: Name
    title: Line
    network: str = ""
    change: Change = Change()
    run: str = ""

    @model_validator(mode="after")
    def _has_one(self) -> Self:
        if bool(self.network) == bool(self.run):
            raise ValueError(_("give either a network or the name of a bundled run"))
        return self


class Setting(Part):
    """On what and how long.

    Attributes:
        data: A data set's name, or ``cifar10``.
        images: Training images, drawn evenly from every class; None: all.
        epochs: How often every image is seen; 0: nothing is trained.
        seeds: Of each training.
        recipe: A recipe's name.
        batch_size: Images of one step; None is the recipe's.
        measured: Images that are used for what is measured beside the training.
    """

    data: str = "digits"
    images: Annotated[int | None, Field(ge=20, le=1_000_000)] = None
    epochs: Annotated[int, Field(ge=0, le=1000)] = 2
    seeds: Annotated[tuple[int, ...], Field(min_length=1, max_length=10)] = (0,)
    recipe: str = "sgd"
    batch_size: Annotated[int | None, Field(ge=2, le=4096)] = None
    measured: Annotated[int, Field(ge=1, le=10_000)] = 200


class Printed(Part):
    """One column of a paper's table.

    Attributes:
        title: Of the column: what is printed, on what.
        source: Paper and table.
        values: As they are printed, by the name of the network here.
        facts: Where a test finds each again: ``entry#field`` of tests/reference.json.
        quantity: What of ours it stands beside; empty for nothing.
    """

    title: Line
    source: Line
    values: dict[str, str]
    facts: dict[str, str] = Field(default_factory=dict[str, str])
    quantity: str = ""


class Experiment(Part):
    """A stored definition: what is trained and measured, and what the paper prints about it.

    Attributes:
        name: Of files, links and jobs.
        title: For people.
        arms: The networks.
        change: What is different in all of them.
        recorded: How the runs that come along were made.
        quick: What runs in a minute or two anywhere; None where that cannot be.
        measures: What is measured of each network beside the training.
        columns: Of the table; keys of ``explorer.lessons.quantities``.
        printed: Columns of the paper's table.
        note: What was scaled down against the paper, in a sentence or two.
    """

    name: Name
    title: Line
    arms: Annotated[tuple[Arm, ...], Field(min_length=1, max_length=8)]
    change: Change = Change()
    recorded: Setting = Setting()
    quick: Setting | None = None
    measures: tuple[Measure, ...] = ()
    columns: tuple[str, ...] = ("params", "macs", "train_error", "test_error")
    printed: tuple[Printed, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        names = [arm.name for arm in self.arms]
        if len(set(names)) < len(names):
            raise ValueError(_("two networks have the same name"))
        for printed in self.printed:
            unknown = sorted(set(printed.values) - set(names))
            if unknown:
                raise ValueError(
                    _("{source} names {name!r}, which is no network here").format(
                        source=printed.source, name=unknown[0]
                    )
                )
        epochs = self.recorded.epochs + (self.quick.epochs if self.quick else 0)
        if any(arm.run for arm in self.arms) and epochs:
            raise ValueError(_("bundled runs are not trained: set epochs = 0"))
        for arm in self.arms:
            try:
                self._spec(arm)
            except ExplorerError as error:
                raise ValueError(
                    _("the network {name!r}: {error}").format(name=arm.name, error=error)
                ) from None
        return self

    @cached_property
    def specs(self) -> dict[str, NetworkSpec]:
        """Return what is trained under each name.

        Raises:
            ExplorerError: A network cannot be changed so.
        """
        return {arm.name: self._spec(arm) for arm in self.arms}

    @property
    def is_counted(self) -> bool:
        """Return whether its figures follow from the networks alone: there is nothing to run."""
        return not self.measures and not self.recorded.epochs

    def arm(self, name: str) -> Arm:
        """Return one network by its name."""
        return next(arm for arm in self.arms if arm.name == name)

    def _spec(self, arm: Arm) -> NetworkSpec:
        if arm.run:
            from explorer.store.zoo import bundled  # noqa: PLC0415 - reads files

            found = next((one for one in bundled() if one.name == arm.run), None)
            if found is None:
                raise SpecError(
                    _("There is no bundled run {name!r}.").format(name=arm.run),
                    _("See the list: python -m explorer zoo."),
                )
            return found.record.spec
        return arm.change.apply(self.change.apply(from_text(arm.network)))
