"""A training that is taken as the beginning of another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from explorer.spec import codec
from explorer.training import recipes
from explorer.ui import state

if TYPE_CHECKING:
    from explorer.store.records import Job
    from explorer.training.recipe import Recipe

_KEPT = "train-beginning"


class Beginning(NamedTuple):
    """What the form is filled with at first.

    Attributes:
        form: Begins the keys of the form's widgets, so that they are new ones.
        of: The training that is cloned; empty for none.
        title: Its title.
        data: Of it; empty for the usual.
        recipe: Of it; None for the usual.
        seed: Of it.
        spec: Its network, as a job holds it.
    """

    form: str = ""
    of: str = ""
    title: str = ""
    data: str = ""
    recipe: Recipe | None = None
    seed: int = 0
    spec: dict[str, Any] | None = None


def begun() -> Beginning:
    """Return what the form begins with."""
    found = state.recall(_KEPT)
    return found if isinstance(found, Beginning) else Beginning()


def clone(job: Job) -> None:
    """Fill the form, and the hand, with what a training was asked for.

    Raises:
        ExplorerError: Its network or recipe cannot be read any more.
    """
    payload = job.payload
    spec = codec.from_data(payload.get("spec"))
    recipe = recipes.resolve(payload.get("recipe", recipes.DEFAULT))
    hand = state.hand()
    if spec != hand.working:
        hand.start(spec, spec)
    seed = payload.get("seed")
    state.keep(
        _KEPT,
        Beginning(
            form=f"{job.id}-",
            of=job.id,
            title=job.title,
            data=str(payload.get("data", "")),
            recipe=recipe,
            seed=seed if isinstance(seed, int) and 0 <= seed < 2**31 else 0,
            spec=spec.model_dump(mode="json"),
        ),
    )


def forget_clone() -> None:
    """Begin with the usual again."""
    if begun().of:
        state.keep(_KEPT, Beginning())
