"""The fields of a network and a recipe that a sweep may vary, by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from explorer.errors import JobError
from explorer.spec import codec, edit
from explorer.spec.reading import from_text
from explorer.training import recipes
from explorer.words import _, mark

if TYPE_CHECKING:
    from explorer.spec import NetworkSpec

_STAGE = re.compile(r"spec\.stages\.(\*|\d+)\.(block\.)?(\w+)")
_PART = re.compile(r"spec\.(stem|head)\.(\w+)")
_TOP = re.compile(r"spec\.(width_multiplier|image_size|init)")
_EXAMPLES = mark(
    "Such are seed, spec, recipe, recipe.lr, spec.width_multiplier, spec.stages.*.depth and "
    "spec.stages.0.block.scale."
)
Payload = dict[str, Any]


def with_value(payload: Payload, field: str, value: Any) -> Payload:  # noqa: ANN401 - any JSON
    """Return a training's payload with one field changed.

    Args:
        payload: As ``explorer.training.job`` takes it, the spec and the recipe as JSON objects.
        field: ``seed``, ``data``, ``spec``, ``recipe``, or a dotted path into spec or recipe;
            ``spec.stages.*`` means all stages, those without the parameter left as they are.
        value: The new value; of ``spec`` the name of a network, its link or its JSON, of
            ``recipe`` a name.

    Raises:
        JobError: There is no such field, or a recipe's value is out of range.
        SpecError: A network's value is out of range.
    """
    if field in {"seed", "data"}:
        return {**payload, field: value}
    if field == "recipe":
        return {**payload, "recipe": recipes.resolve(value).model_dump(mode="json")}
    if field.startswith("recipe."):
        recipe = _deep(payload["recipe"], field.split(".")[1:], value, field)
        return {**payload, "recipe": recipes.resolve(recipe).model_dump(mode="json")}
    if field == "spec":
        spec = from_text(value) if isinstance(value, str) else codec.from_data(value)
    elif field.startswith("spec."):
        spec = _changed(codec.from_data(payload["spec"]), field, value)
    else:
        raise _unknown(field)
    return {**payload, "spec": spec.model_dump(mode="json")}


def _changed(spec: NetworkSpec, field: str, value: Any) -> NetworkSpec:  # noqa: ANN401 - any JSON
    if found := _TOP.fullmatch(field):
        return edit.change(spec, **{found[1]: value})
    if found := _PART.fullmatch(field):
        return edit.change_part(spec, found[1], **{found[2]: value})
    found = _STAGE.fullmatch(field)
    if found is None:
        raise _unknown(field)
    scope = None if found[1] == "*" else int(found[1])
    if not found[2]:
        if found[3] not in {"depth", "width", "stride"}:
            raise _unknown(field)
        return edit.change_stages(spec, scope, **{found[3]: value})
    if found[3] == "kind":
        return edit.change_family(spec, scope, value)
    chosen = spec.stages if scope is None else spec.stages[scope : scope + 1]
    if chosen and not any(found[3] in type(stage.block).model_fields for stage in chosen):
        raise JobError(
            _("No block of this network has a {found!r} to vary.").format(found=found[3]),
            _("Choose another field."),
        )
    return edit.change_blocks(spec, scope, **{found[3]: value})


def _deep(data: Any, path: list[str], value: Any, field: str) -> Any:  # noqa: ANN401 - any JSON
    """Return nested objects with one value changed; those that are missing are begun."""
    if not path:
        return value
    if data is not None and not isinstance(data, dict):
        raise _unknown(field)
    inner: Payload = data or {}
    return {**inner, path[0]: _deep(inner.get(path[0]), path[1:], value, field)}


def _unknown(field: str) -> JobError:
    return JobError(
        _("There is no field {field!r} to vary.").format(field=field[:60]), _(_EXAMPLES)
    )
