"""The training loop: the one place where weights change.

Read ``Trainer.events`` first; it is the whole algorithm. What makes it fast is around it: the
images are on the device as bytes, a batch is one gather, the loss stays on the device until a
report is due, and convolutions run in bfloat16 where the hardware multiplies it.
"""

from __future__ import annotations

import math
from time import perf_counter
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from explorer.data.segmentation import segmentation
from explorer.errors import DataError, DivergedError
from explorer.training.augment import Draws, Normalise, draw_epoch, gather, seed_of
from explorer.training.device import autocast_dtype, memory_format
from explorer.training.evaluate import score
from explorer.training.events import EpochEvent, StepEvent
from explorer.training.meter import Meter
from explorer.training.optimiser import make_optimiser, set_learning_rate
from explorer.training.resident import on_device, resident
from explorer.training.schedule import learning_rate
from explorer.training.segmentation import moved, score_masks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

    from explorer.data import Dataset
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
        segments: Whether the network says a class of every pixel, and is trained on masks.
        on_batch: Called after every batch of training and of evaluation; may raise to stop.

    Raises:
        DataError: There are too few images, or no masks to segment by.
    """

    def __init__(
        self,
        network: nn.Module,
        dataset: Dataset,
        recipe: Recipe,
        *,
        seed: int,
        device: torch.device,
        segments: bool = False,
        on_batch: Callable[[], None] = lambda: None,
    ) -> None:
        """Put everything on the device."""
        if len(dataset.train) < 2 or not len(dataset.test):
            raise DataError(
                f"The data set {dataset.name} has {len(dataset.train)} images to train on and "
                f"{len(dataset.test)} held out.",
                "Add images: two to train on and one held out are the least.",
            )
        self.network = network.to(device).to(memory_format=memory_format(recipe))
        self.recipe, self.seed, self.device = recipe, seed, device
        self._on_batch = on_batch
        self._images, self._labels = resident(dataset.train, device)
        self._test_images, self._test_labels = resident(dataset.test, device)
        self._segments = segments
        if segments:
            masks = segmentation(dataset)
            self._labels = on_device(masks.train, device)
            self._test_labels = on_device(masks.test, device)
        self._normalise = Normalise(dataset.mean, dataset.std, device, memory_format(recipe))
        self._optimiser = make_optimiser(self.network, recipe)
        self._autocast = autocast_dtype(recipe.precision, device)
        self._meter = Meter(device)

        # An incomplete batch at the end of an epoch is left out: batch norm would see fewer
        # images, and the order is new in every epoch, so no image is left out twice in a row
        # but by chance.
        self.batch_size = min(recipe.batch_size, len(self._images))
        self.steps_per_epoch = len(self._images) // self.batch_size
        self.num_steps = recipe.epochs * self.steps_per_epoch
        self.epoch = 0  # epochs trained and evaluated
        self.position = 0  # steps done in the running epoch

    @property
    def step(self) -> int:
        """Steps done."""
        return self.epoch * self.steps_per_epoch + self.position

    def events(self) -> Iterator[StepEvent | EpochEvent]:
        """Train to the end of the recipe, and report on the way.

        Raises:
            DivergedError: The loss is no longer a finite number.
        """
        self._meter.start(self.num_steps - self.step)
        while self.epoch < self.recipe.epochs:
            # Everything random in an epoch follows from the seed and the epoch's number.
            draws = draw_epoch(len(self._images), self.recipe, self.seed, self.epoch)
            draws = draws.to(self.device)
            if self.position == 0:
                torch.manual_seed(seed_of(self.seed, self.epoch, 1))  # for dropout

            self.network.train()
            while self.position < self.steps_per_epoch:
                start = self.position * self.batch_size
                self._train_step(draws.batch(start, self.batch_size))
                self.position += 1
                # The last step is always reported: even the shortest training has a curve.
                is_last = self.step == self.num_steps
                if is_last or self._meter.since_report() >= REPORT_SECONDS:
                    yield self._report()
                self._on_batch()
            yield self._end_epoch()

    def _train_step(self, draws: Draws) -> None:
        """Change the weights once."""
        set_learning_rate(self._optimiser, learning_rate(self.recipe, self.step, self.num_steps))
        images = self._normalise(gather(self._images, draws))
        # The mask of an image is cropped and flipped as the image is.
        labels = moved(self._labels, draws) if self._segments else self._labels[draws.rows]

        # Forward. Under autocast convolutions multiply in bfloat16; the weights stay float32.
        with torch.autocast(self.device.type, self._autocast, enabled=self._autocast is not None):
            logits = self.network(images)
        smoothing = self.recipe.label_smoothing
        loss = functional.cross_entropy(logits.float(), labels, label_smoothing=smoothing)

        # Backward, and one step of the optimiser.
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        self._optimiser.step()

        # Summed on the device: asking for the number here would make the GPU wait for Python.
        self._meter.add(loss.detach(), logits.detach(), labels)

    def _report(self) -> StepEvent:
        """Return where training stands; the one place that waits for the device."""
        window = self._meter.report()
        self._require_finite(window.loss)
        fraction = self.step / self.num_steps
        return StepEvent(
            step=self.step,
            epoch=self.step / self.steps_per_epoch,
            loss=window.loss,
            lr=self._optimiser.param_groups[0]["lr"],
            images_per_second=window.images_per_second,
            fraction=fraction,
            seconds_left=self._meter.seconds_left(self.num_steps - self.step),
        )

    def _end_epoch(self) -> EpochEvent:
        """Evaluate on the held-out images and begin the next epoch."""
        loss, accuracy = self._meter.epoch()
        self._require_finite(loss)
        began = perf_counter()
        found = self._evaluate()
        self._require_finite(found["test_loss"])
        self.epoch, self.position = self.epoch + 1, 0
        self._meter.end_epoch(perf_counter() - began)
        return EpochEvent(
            step=self.step,
            epoch=self.epoch,
            train_loss=loss,
            train_accuracy=accuracy,
            seconds=self._meter.seconds(),
            **found,
        )

    def _evaluate(self) -> dict[str, Any]:
        """Return what an ``EpochEvent`` says about the held-out images."""
        held_out = self._test_images, self._test_labels
        if not self._segments:
            test = score(self.network, *held_out, self._normalise, self._on_batch)
            return {"test_loss": test.loss, "test_accuracy": test.accuracy}
        masks = score_masks(self.network, *held_out, self._normalise, self._on_batch)
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
            "optimiser": self._optimiser.state_dict(),
            "epoch": self.epoch,
            "position": self.position,
            "meter": self._meter.state_dict(),
            "rng": _rng_state(self.device),
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from what ``state_dict`` of an equal trainer returned."""
        self.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self.epoch, self.position = state["epoch"], state["position"]
        self._meter.load_state_dict(state["meter"])
        _set_rng_state(state["rng"], self.device)


def diverged(recipe: Recipe, epochs: int) -> DivergedError:
    """Return the error for a training whose numbers ran away."""
    return DivergedError(
        f"The loss is no longer a number, in epoch {epochs + 1}: the training has diverged.",
        f"Lower the learning rate (it was {recipe.lr:g}) or lengthen the warm-up.",
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
