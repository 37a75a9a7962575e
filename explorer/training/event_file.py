"""Event files for TensorBoard: the reports of a run, in the format that it reads.

The format is small: records with checksums, each holding one protocol buffer message with a
time, a step and values by name. TensorBoard's own package would bring a web server with it.
"""

from __future__ import annotations

import struct
from functools import cache
from typing import IO, TYPE_CHECKING

from explorer.training.events import GRADIENT

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = "events.out.tfevents.0.explorer"
FOLDER = "tensorboard"
_VERSION = b"brain.Event:2"
_NOT_SHOWN = ("step", "time", "fraction", "seconds_left", "epoch")
_POLYNOMIAL = 0x82F63B78
"""Of CRC-32C (Castagnoli), bits reversed."""
_MASK = 0xA282EAD8


def begin(file: IO[bytes], time: float) -> None:
    """Write what every event file begins with.

    Args:
        file: Empty.
        time: Of the beginning [s since 1970].
    """
    file.write(_record(_double(1, time) + _bytes(3, _VERSION)))


def add(file: IO[bytes], line: Mapping[str, float]) -> None:
    """Append one report.

    Args:
        file: Begun.
        line: Of the metrics file: ``step``, ``time`` and values by name.
    """
    summary = b"".join(
        _bytes(1, _bytes(1, tag_of(name, line).encode()) + _float(2, value))
        for name, value in line.items()
        if name not in _NOT_SHOWN
    )
    event = _double(1, line.get("time", 0.0)) + _varint(2, int(line["step"])) + _bytes(5, summary)
    file.write(_record(event))


def tag_of(name: str, line: Mapping[str, float]) -> str:
    """Return what a value is called in TensorBoard, which groups by what stands before a slash."""
    if name.startswith(GRADIENT):
        return f"gradient norm/{name.removeprefix(GRADIENT)}"
    return f"{'epoch' if 'train_loss' in line else 'step'}/{name}"


def _record(data: bytes) -> bytes:
    length = struct.pack("<Q", len(data))
    return length + _checked(length) + data + _checked(data)


def _checked(data: bytes) -> bytes:
    found = _crc32c(data)
    return struct.pack("<I", (((found >> 15) | (found << 17)) + _MASK) & 0xFFFFFFFF)


def _crc32c(data: bytes) -> int:
    table, found = _table(), 0xFFFFFFFF
    for byte in data:
        found = table[(found ^ byte) & 0xFF] ^ (found >> 8)
    return found ^ 0xFFFFFFFF


@cache
def _table() -> tuple[int, ...]:
    table: list[int] = []
    for byte in range(256):
        value = byte
        for _ in range(8):
            value = (value >> 1) ^ (_POLYNOMIAL if value & 1 else 0)
        table.append(value)
    return tuple(table)


def _key(field: int, kind: int) -> bytes:
    return bytes((field << 3 | kind,))


def _varint(field: int, value: int) -> bytes:
    return _key(field, 0) + _number(value)


def _number(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    found.append(value)
    return bytes(found)


def _double(field: int, value: float) -> bytes:
    return _key(field, 1) + struct.pack("<d", value)


def _float(field: int, value: float) -> bytes:
    return _key(field, 5) + struct.pack("<f", value)


def _bytes(field: int, value: bytes) -> bytes:
    return _key(field, 2) + _number(len(value)) + value
