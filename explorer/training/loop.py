"""The training loop: the one place where weights change.

Read ``Trainer.events`` first; it is the whole algorithm. What makes it fast is around it: the
images are on the device as bytes, a batch is one read, the loss stays on the device until a
report is due, and convolutions run in bfloat16 where the hardware multiplies it.
"""

from __future__ import annotations

import math
from contextlib import nullcontext
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch

from explorer.data.segmentation import segmentation
from explorer.errors import DataError, DivergedError
from explorer.training.augment import Normalise, draw_epoch, seed_of
from explorer.training.average import Average
from explorer.training.contention import ThreadWatch
from explorer.training.engine import stepper
from explorer.training.evaluate import score
from explorer.training.events import EpochEvent, StepEvent
from explorer.training.feed import Feed
from explorer.training.gradients import StageGradients
from explorer.training.length import length
from explorer.training.meter import Meter
from explorer.training.optimiser import load_optimiser
from explorer.training.resident import on_device, resident
from explorer.training.schedule import learning_rate
from explorer.training.segmentation import score_masks
from explorer.training.step import FORMATS, Step
from explorer.training.stopping import Watch
from explorer.training.tuning import first_plan
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from torch import Tensor, nn

    from explorer.data import Dataset
    from explorer.training.plan import Plan
    from explorer.training.recipe import Recipe

REPORT_SECONDS = 0.25


class Trainer:
    """A network on its way through a recipe.

    Between two events the trainer is always in a state that ``state_dict`` can save; training
    that goes on from it ends with the same weights, bit for bit on one CPU with one number of
    threads.

    Args:
        network: Initialised; trained in place.
        dataset: Images and labels.
        recipe: How.
        seed: Of data order, augmentation and dropout.
        device: Where.
        plan: What the recipe leaves open; None: nothing is measured.
        feed: The training images, if they are on the device already.
        segments: Whether the network says a class of every pixel, and is trained on masks.
        on_batch: Called after every batch of training and of evaluation; may raise to stop.

    Attributes:
        stopped: Why the training ended before its time; empty if it did not.

    Raises:
        DataError: There are too few images, or no masks to segment by.
    """

    def __init__(  # noqa: PLR0913 - what a training consists of
        self,
        network: nn.Module,
        dataset: Dataset,
        recipe: Recipe,
        *,
        seed: int,
        device: torch.device,
        plan: Plan | None = None,
        feed: Feed | None = None,
        segments: bool = False,
        on_batch: Callable[[], None] = lambda: None,
    ) -> None:
        """Put everything on the device."""
        require_images(dataset)
        self.recipe, self.seed, self.device = recipe, seed, device
        self.plan = plan or first_plan(recipe, device)
        self._feed = feed or Feed(dataset, recipe, device, segments=segments)
        self._step = Step(network, self._feed, recipe, self.plan, device)
        self._take_step = stepper(self._step)
        self.network = self._step.network
        self._segments, self._on_batch = segments, on_batch
        self._held_out = resident(dataset.test, device)
        if segments:
            self._held_out = self._held_out[0], on_device(segmentation(dataset).test, device)
        self._normalise = Normalise(dataset.mean, dataset.std, device, FORMATS[self.plan.layout])
        self._average = Average(self.network, recipe.ema) if recipe.ema else None
        self._gradients = StageGradients(self.network)
        self._meter = Meter(self._step.sums)
        self._watch = Watch(recipe.stop)
        self.threads = ThreadWatch(torch.get_num_threads(), torch.set_num_threads)

        self.length = length(recipe, len(self._feed), steps=self.plan.steps)
        self.epoch = 0  # epochs trained and evaluated
        self.position = 0  # steps done in the running epoch
        self.stopped = ""

    @property
    def step(self) -> int:
        """Steps done."""
        return min(self.epoch * self.length.steps_per_epoch, self.length.num_steps) + self.position

    def events(self) -> Iterator[StepEvent | EpochEvent]:
        """Train to the end of the recipe, and report on the way.

        Raises:
            DivergedError: The loss is no longer a finite number.
        """
        size = self.length.batch_size
        self._meter.start(self.length.num_steps - self.step)
        while self.epoch < self.length.num_epochs and not self.stopped:
            # Everything random in an epoch follows from the seed and the epoch's number.
            draws = draw_epoch(
                len(self._feed), self.recipe, self.seed, self.epoch, self._feed.size
            ).to(self.device)
            if self.position == 0:
                torch.manual_seed(seed_of(self.seed, self.epoch, 1))  # for dropout

            self.network.train()
            while self.position < self.length.steps_of(self.epoch):
                rate = learning_rate(self.recipe, self.step, self.length.num_steps)
                self._take_step(draws.batch(self.position * size, size), rate)
                if self._average is not None:
                    self._average.update(self.step)
                self._meter.count(size)
                self.position += 1
                # The last step is always reported: even the shortest training has a curve.
                is_last = self.step == self.length.num_steps
                if is_last or self._meter.since_report() >= REPORT_SECONDS:
                    yield self._report(rate)
                self._on_batch()
            yield self._end_epoch()

    def _report(self, rate: float) -> StepEvent:
        """Return where training stands; the one place that waits for the device."""
        window = self._meter.report(self._gradients.norms())
        self._require_finite(window.loss)
        self.threads.saw(window.images_per_second)
        left = self.length.num_steps - self.step
        return StepEvent(
            step=self.step,
            epoch=self.step / self.length.steps_per_epoch,
            loss=window.loss,
            lr=rate,
            images_per_second=window.images_per_second,
            fraction=self.step / self.length.num_steps,
            seconds_left=self._meter.seconds_left(left),
            gradient_norms={
                name: norm
                for name, norm in zip(self._gradients.names, window.more, strict=True)
                if math.isfinite(norm)
            },
            threads=self.threads.threads,
        )

    def _end_epoch(self) -> EpochEvent:
        """Evaluate on the held-out images and begin the next epoch."""
        loss, accuracy = self._meter.epoch()
        self._require_finite(loss)
        began = perf_counter()
        with self.averaged():
            found = self._evaluate()
        self._require_finite(found["test_loss"])
        step = self.step
        self.epoch, self.position = self.epoch + 1, 0
        self._meter.end_epoch(perf_counter() - began)
        event = EpochEvent(
            step=step,
            epoch=self.epoch,
            train_loss=loss,
            train_accuracy=accuracy,
            seconds=self._meter.seconds(),
            training_seconds=self._meter.training_seconds(),
            **found,
        )
        self.stopped = self._watch.reason(event)
        return event

    def averaged(self) -> AbstractContextManager[None]:
        """Put the average of the weights into the network for a while, where the recipe has one."""
        return self._average.in_place() if self._average else nullcontext()

    def _evaluate(self) -> dict[str, Any]:
        """Return what an ``EpochEvent`` says about the held-out images."""
        if not self._segments:
            test = score(self.network, *self._held_out, self._normalise, self._on_batch)
            return {"test_loss": test.loss, "test_accuracy": test.accuracy}
        masks = score_masks(self.network, *self._held_out, self._normalise, self._on_batch)
        return {
            "test_loss": masks.loss,
            "test_accuracy": masks.pixel_accuracy,
            "test_mean_iou": masks.mean_iou,
            "class_iou": masks.class_iou,
        }

    def _require_finite(self, loss: float) -> None:
        """Stop at a loss that is no number."""
        if not math.isfinite(loss):
            raise diverged(self.recipe, self.epoch)

    def is_finite(self) -> bool:
        """Return whether every weight is a finite number."""
        floats = [v for v in self.network.state_dict().values() if v.is_floating_point()]
        return bool(torch.stack([value.isfinite().all() for value in floats]).all())

    def state_dict(self) -> dict[str, Any]:
        """Return everything that the rest of the training depends on."""
        return {
            "network": self.network.state_dict(),
            "optimiser": self._step.optimiser.state_dict(),
            "average": self._average.state() if self._average else [],
            "watch": self._watch.state(),
            "stopped": self.stopped,
            "epoch": self.epoch,
            "position": self.position,
            "meter": self._meter.state_dict(),
            "rng": _rng_state(self.device),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` of an equal trainer returned."""
        self.network.load_state_dict(state["network"])
        load_optimiser(self._step.optimiser, state["optimiser"])
        if self._average is not None:
            self._average.load(state["average"])
        self._watch.load(state["watch"])
        self.stopped = state["stopped"]
        self.epoch, self.position = state["epoch"], state["position"]
        self._meter.load_state_dict(state["meter"])
        _set_rng_state(state["rng"], self.device)


def require_images(dataset: Dataset) -> None:
    """Refuse data with too few images.

    Raises:
        DataError: Fewer than two to train on, or none held out.
    """
    if len(dataset.train) < 2 or not len(dataset.test):
        raise DataError(
            _("The data set {name} has {n} images to train on and {held_out} held out.").format(
                name=dataset.name, n=len(dataset.train), held_out=len(dataset.test)
            ),
            _("Add images: two to train on and one held out are the least."),
        )


def diverged(recipe: Recipe, epochs: int) -> DivergedError:
    """Return the error for a training whose numbers ran away."""
    return DivergedError(
        _("The loss is no longer a number, in epoch {value}: the training has diverged.").format(
            value=epochs + 1
        ),
        _("Lower the learning rate (it was {lr:g}) or lengthen the warm-up.").format(lr=recipe.lr),
    )


def _rng_state(device: torch.device) -> list[Tensor]:
    """Return the states of the generators that dropout draws from."""
    states = [torch.get_rng_state()]
    return [*states, torch.cuda.get_rng_state(device)] if device.type == "cuda" else states


def _set_rng_state(states: list[Tensor], device: torch.device) -> None:
    """Put the generators back."""
    torch.set_rng_state(states[0])
    if device.type == "cuda" and len(states) > 1:
        torch.cuda.set_rng_state(states[1], device)
