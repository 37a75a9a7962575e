"""State dicts of strangers: bounded before they are read, never executed."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from explorer.errors import WeightsError
from explorer.units import quantity
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping
    from pathlib import Path

MAX_FILE_BYTES = 512 * 2**20
MAX_HEADER_BYTES = 2**20
MAX_TENSORS = 8_000
MAX_KEY_CHARS = 200
_WRAPPERS = ("state_dict", "model_state_dict", "model", "params")
_PICKLED = (".pth", ".pt", ".bin")
_EXPORT = mark("Save the state dict of the network again, as safetensors if you can.")


class Contents(NamedTuple):
    """What a file holds, before its values are read.

    Attributes:
        shapes: Shape of each tensor by key.
        others: Keys of what is no tensor.
        read: Returns the values of one tensor.
    """

    shapes: Mapping[str, tuple[int, ...]]
    others: tuple[str, ...]
    read: Callable[[str], Tensor]


@contextmanager
def opened(path: Path) -> Generator[Contents]:
    """Open a state dict: ``.safetensors``, or ``.pth``, ``.pt`` and ``.bin`` of ``torch.save``.

    A pickle is read with ``weights_only=True``: names of tensors, not programs.

    Raises:
        WeightsError: The file cannot be read, is damaged, too large, or holds no state dict.
    """
    suffix = path.suffix.lower()
    if suffix not in {".safetensors", *_PICKLED}:
        raise WeightsError(
            _("The file {name} is not of a known kind.").format(name=path.name),
            _("Give a .safetensors, .pth, .pt or .bin file."),
        )
    try:
        size = path.stat().st_size
    except OSError:
        raise WeightsError(
            _("The file {name} cannot be read.").format(name=path.name), _("Check its name.")
        ) from None
    if size > MAX_FILE_BYTES:
        raise _too_large(path, size)
    with (_safetensors if suffix == ".safetensors" else _pickled)(path) as contents:
        if len(contents.shapes) > MAX_TENSORS:
            raise _too_many(path)
        yield contents


def _too_large(path: Path, size: int) -> WeightsError:
    limit = quantity(MAX_FILE_BYTES, "B")
    return WeightsError(
        _("The file {name} has {size}; the limit is {limit}.").format(
            name=path.name, size=quantity(size, "B"), limit=limit
        ),
        _("Save the weights alone, without the optimiser's state."),
    )


def _too_many(path: Path) -> WeightsError:
    return WeightsError(
        _("The file {name} has more than {n} tensors.").format(name=path.name, n=MAX_TENSORS),
        _("Save the weights alone, without the optimiser's state."),
    )


def _damaged(path: Path) -> WeightsError:
    return WeightsError(
        _("The file {name} is damaged or holds no weights.").format(name=path.name), _(_EXPORT)
    )


@contextmanager
def _safetensors(path: Path) -> Generator[Contents]:
    with path.open("rb") as file:
        header = int.from_bytes(file.read(8), "little")
    if header > MAX_HEADER_BYTES:
        raise _damaged(path)
    try:
        with safe_open(path, framework="pt") as file:
            keys = [_key(key, path) for key in file.keys()]  # noqa: SIM118 - not a mapping
            shapes = {key: tuple(file.get_slice(key).get_shape()) for key in keys}
            yield Contents(shapes, (), file.get_tensor)
    except (SafetensorError, OSError):
        raise _damaged(path) from None


@contextmanager
def _pickled(path: Path) -> Generator[Contents]:
    _check_archive(path)
    try:
        data: Any = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        if "unsupported global" in str(error).lower():
            raise WeightsError(
                _(
                    "The file {name} holds more than weights, and is not opened: it could run "
                    "a program."
                ).format(name=path.name),
                _(_EXPORT),
            ) from None
        raise _damaged(path) from None
    state = _unwrapped(data)
    if state is None:
        raise _damaged(path)
    tensors = {_key(key, path): value for key, value in state.items() if _is_plain(value)}
    others = tuple(str(key)[:MAX_KEY_CHARS] for key in state if key not in tensors)
    # The shape alone: a tensor of stride 0 claims any size, and must not be copied before.
    yield Contents({k: tuple(v.shape) for k, v in tensors.items()}, others, tensors.__getitem__)


def _check_archive(path: Path) -> None:
    """Refuse an archive that unpacks to more than a file may have."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise _damaged(path) from None
    size = sum(member.file_size for member in members)
    if size > MAX_FILE_BYTES:
        raise _too_large(path, size)
    header = sum(m.file_size for m in members if m.filename.endswith("data.pkl"))
    # An archive has a few entries beside its tensors.
    if len(members) > MAX_TENSORS + 20:
        raise _too_many(path)
    if header > 4 * MAX_HEADER_BYTES:
        raise _damaged(path)


def _unwrapped(data: object) -> dict[Any, Any] | None:
    """Return the state dict itself, also from inside a checkpoint."""
    if not isinstance(data, dict):
        return None
    for name in _WRAPPERS:
        if isinstance(inner := data.get(name), dict):
            return inner
    return data


def _is_plain(value: object) -> bool:
    return (
        isinstance(value, Tensor)
        and value.device.type == "cpu"
        and value.layout == torch.strided
        and not value.is_quantized
    )


def _key(key: object, path: Path) -> str:
    if not isinstance(key, str) or len(key) > MAX_KEY_CHARS:
        raise _damaged(path)
    return key
