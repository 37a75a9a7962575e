"""Making a network and a recipe fit the data: what is changed is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from explorer.analysis.budget import admit
from explorer.data.segmentation import segmentation
from explorer.errors import DataError, JobError
from explorer.spec.codec import from_data
from explorer.training.recipes import departures
from explorer.words import _, mark

if TYPE_CHECKING:
    from explorer.data import Dataset
    from explorer.spec import HeadSpec, NetworkSpec
    from explorer.training.recipe import Recipe

_NEVER_FLIPPED = {"digits": mark("digit"), "svhn": mark("house number")}
"""Data whose mirror images are other things, or nothing, with what one of them is called."""


class Fitted(NamedTuple):
    """What is really trained.

    Attributes:
        spec: The network with the data's classes and image size.
        recipe: Without augmentation that would change what an image shows.
        notes: One sentence about each change.
    """

    spec: NetworkSpec
    recipe: Recipe
    notes: tuple[str, ...]


def fit(spec: NetworkSpec, recipe: Recipe, dataset: Dataset) -> Fitted:
    """Return network and recipe as the data needs them.

    Raises:
        DataError: The network takes images of another number of channels, or segments and the
            data has no masks.
        SpecError: The data has more classes or larger images than a network may have.
        ShapeError: The network cannot take images so small.
        BudgetError: The network is larger than the limits allow.
        JobError: The recipe ends by a figure that there will not be.
    """
    notes: list[str] = []
    channels = dataset.train.images.shape[3]
    if spec.in_channels != channels:
        raise DataError(
            _(
                "The network takes images of {in_channels} channels, the data set {name} "
                "has {channels}."
            ).format(in_channels=spec.in_channels, name=dataset.name, channels=channels),
            _("Set the network's input channels to {channels}.").format(channels=channels),
        )
    changes: dict[str, object] = {}
    head = _fit_head(spec.head, dataset, notes)
    if head != spec.head:
        changes["head"] = head.model_dump()
    if spec.image_size != dataset.image_size:
        notes.append(
            _(
                "The images have {image_size} px, the network is usually stated for {stated} px."
            ).format(image_size=dataset.image_size, stated=spec.image_size)
        )
        changes["image_size"] = dataset.image_size
    # Validated anew and not copied: a copy would keep the cached digest of the original.
    spec = from_data({**spec.model_dump(), **changes})
    admit(spec)
    recipe = _fit_recipe(recipe, dataset, notes, segments=spec.head.kind == "segment")
    return Fitted(spec, recipe, tuple(notes))


def _fit_head(head: HeadSpec, dataset: Dataset, notes: list[str]) -> HeadSpec:
    """Return the head with the data's classes, and with scores for every pixel if it segments."""
    segments = head.kind == "segment"
    classes = segmentation(dataset).classes if segments else dataset.classes
    changes: dict[str, object] = {}
    if head.num_classes != len(classes):
        words = (
            _(
                "The classifier has {n} classes as the data, the background among them, instead "
                "of {num_classes}."
            )
            if segments
            else _("The classifier has {n} classes as the data, instead of {num_classes}.")
        )
        notes.append(words.format(n=len(classes), num_classes=head.num_classes))
        changes["num_classes"] = len(classes)
    if segments and not head.upsample:
        notes.append(_("The scores are enlarged to the size of the images."))
        changes["upsample"] = True
    return head.model_copy(update=changes)


def _fit_recipe(recipe: Recipe, dataset: Dataset, notes: list[str], *, segments: bool) -> Recipe:
    """Return the recipe without what would change the meaning of images or has no meaning here."""
    notes.extend(departures(recipe))
    thing = _NEVER_FLIPPED.get(dataset.name)
    if thing and recipe.flip != "none":
        notes.append(
            _("Images are not flipped: a mirrored {thing} is another thing.").format(thing=_(thing))
        )
        recipe = recipe.changed(flip="none")
    largest = dataset.image_size // 4
    if recipe.crop_padding > largest:
        notes.append(
            _("Crops are shifted by at most {largest} px, a quarter of the image.").format(
                largest=largest
            )
        )
        recipe = recipe.changed(crop_padding=largest)
    if recipe.cutout > dataset.image_size // 2:
        largest = dataset.image_size // 2
        notes.append(
            _("Blanked squares have a side of {largest} px, half of the image.").format(
                largest=largest
            )
        )
        recipe = recipe.changed(cutout=largest)
    if segments and recipe.mixup:
        notes.append(_("Images are not mixed: a pixel has one class."))
        recipe = recipe.changed(mixup=0.0)
    if recipe.stop is not None and recipe.stop.metric == "test_mean_iou" and not segments:
        raise JobError(
            _("The training is to end by its mean IoU, which only a network that segments has."),
            _("Choose the held-out accuracy or loss."),
        )
    return recipe
