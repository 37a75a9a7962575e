"""A run as one file that another installation can take in: everything of it, and checksums.

    manifest.json       format, and size and SHA-256 of every other file
    run.json            the record, without paths of the machine it was made on
    spec.json, recipe.json, environment.json, reproduce.txt   parts of the record, for people
    metrics.jsonl, tensorboard/, log.txt, snapshots/
    weights.safetensors, or checkpoint.safetensors of a run that has not ended

Nothing in it can be executed, and nothing is taken in that the manifest does not state.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import struct
import zipfile
import zlib
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from explorer.errors import DataError
from explorer.spec.codec import VERSION
from explorer.store import runs
from explorer.units import quantity
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator

    from explorer.store.runs import RunRecord

MANIFEST = "manifest.json"
FORMAT = 1
MAX_FILES = 200
MAX_BYTES = 10_000_000_000
"""The largest network with a checkpoint has 400 M weights, and at most four numbers for each."""
MAX_LOG = 5_000_000
MAX_TEXT = 4_000_000
"""Of the record, of what is made from it for people, and of the manifest [B]."""
_MOST_PACKED = 100
"""Times that a large file may be smaller when packed; weights are not packed at all."""
_KEPT = re.compile(
    r"run\.json|metrics\.jsonl|log\.txt|weights\.safetensors|checkpoint\.safetensors"
    r"|snapshots/[0-9]{1,6}\.safetensors"
    r"|tensorboard/events\.out\.tfevents\.[0-9]{1,20}\.explorer"
)
_FOR_PEOPLE = ("spec.json", "recipe.json", "environment.json", "reproduce.txt")
_PACKED = (".safetensors",)
_WHEN = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # a password
    NotImplementedError,  # a form of zip that is not known
    ValueError,
    OverflowError,
    struct.error,
)
"""What zipfile raises for files that are no zip, or damaged."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=0)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class _Version(BaseModel):
    model_config = ConfigDict(extra="ignore")

    kind: Literal["residual-explorer-run"]
    format: Annotated[int, Field(ge=1)]


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="ignore")

    kind: Literal["residual-explorer-run"] = "residual-explorer-run"
    format: Annotated[int, Field(ge=1, le=FORMAT)] = FORMAT
    files: Annotated[dict[str, _Entry], Field(max_length=MAX_FILES)]


def pack(folder: Path, target: Path) -> RunRecord:
    """Write a run into one file, and return its record as it stands there.

    The same run gives the same bytes.

    Args:
        folder: Of the run, ended or not.
        target: The file; a crash leaves the old one or the new one.

    Raises:
        DataError: The folder holds no run, or one that is larger than a bundle may be; or the
            file cannot be written.
    """
    record = portable(runs.read(folder))
    texts = {"run.json": record.model_dump_json(indent=2), **_for_people(record)}
    draft = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        entries: dict[str, _Entry] = {}
        with zipfile.ZipFile(draft, "w") as archive:
            for name, text in texts.items():
                entries[name] = _write(archive, name, text.encode())
            for path in _files(folder):
                name = path.relative_to(folder).as_posix()
                entries[name] = _copy(archive, name, path)
            _require_allowed(target, [entry.size for entry in entries.values()])
            manifest = _Manifest(files=entries).model_dump_json(indent=2)
            _write(archive, MANIFEST, manifest.encode())
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(target)
    except OSError as error:
        raise DataError(
            _("The bundle {file} cannot be written: {reason}.").format(
                file=target, reason=error.strerror or error
            ),
            _("Check the folder and the free space of the disk."),
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()
    return record


def portable(record: RunRecord) -> RunRecord:
    """Return a record without paths of the machine that it was made on."""
    place = record.data.name
    # Of either kind of system, since a bundle may come from the other.
    if not (PurePosixPath(place).is_absolute() or re.match(r"[A-Za-z]:[\\/]", place)):
        return record
    name = re.split(r"[\\/]", place.rstrip("\\/"))[-1]
    data = record.data.model_copy(update={"name": name})
    command = record.command.replace(shlex.quote(place), shlex.quote(name))
    return record.model_copy(update={"data": data, "command": command})


def unpack(
    bundle: Path, folder: Path, on_progress: Callable[[float], None] = lambda _share: None
) -> RunRecord:
    """Put a run from a bundle into a folder that is not there yet, and return its record.

    Args:
        bundle: The file.
        folder: Made; if anything is wrong, the caller's to remove.
        on_progress: Told the share that is unpacked, 0..1, after every file.

    Raises:
        DataError: No bundle, damaged, larger than allowed, or with files that no run has.
        OSError: The folder cannot be written.
    """
    with _opened(bundle) as archive:
        manifest = _checked_manifest(bundle, archive)
        folder.mkdir(parents=True)
        sizes = [entry.size for entry in manifest.files.values()]
        _require_space(folder, sizes)
        for i, (name, entry) in enumerate(manifest.files.items(), start=1):
            if name not in _FOR_PEOPLE:
                place = folder / name
                place.parent.mkdir(exist_ok=True)
                with archive.open(name) as data, place.open("xb") as out:
                    _copy_checked(data, out, entry, bundle)
            on_progress(sum(sizes[:i]) / max(1, sum(sizes)))
    return runs.read(folder)


def _for_people(record: RunRecord) -> dict[str, str]:
    spec = {"version": VERSION, **record.spec.model_dump(mode="json")}
    return {
        "spec.json": json.dumps(spec, indent=2),
        "recipe.json": json.dumps(record.recipe, indent=2),
        "environment.json": json.dumps({**record.environment, "plan": record.plan}, indent=2),
        "reproduce.txt": f"{record.command}\n",
    }


def _files(folder: Path) -> list[Path]:
    """Return what belongs to the run, in order; the record is written anew."""
    found = [p for p in sorted(folder.rglob("*")) if p.is_file() and not p.is_symlink()]
    names = {path: path.relative_to(folder).as_posix() for path in found}
    return [path for path in found if _KEPT.fullmatch(names[path]) and names[path] != runs.RECORD]


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> _Entry:
    archive.writestr(_info(name), data)
    return _Entry(size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _copy(archive: zipfile.ZipFile, name: str, path: Path) -> _Entry:
    digest, size = hashlib.sha256(), 0
    try:
        source = path.open("rb")
    except FileNotFoundError:
        raise DataError(
            _("The run ended while it was being packed."), _("Pack it again.")
        ) from None
    with source as data, archive.open(_info(name), "w", force_zip64=True) as out:
        if name == "log.txt":
            data.seek(max(0, path.stat().st_size - MAX_LOG))
        while chunk := data.read(_CHUNK):
            out.write(chunk)
            digest.update(chunk)
            size += len(chunk)
    return _Entry(size=size, sha256=digest.hexdigest())


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _WHEN)
    packed = name.endswith(_PACKED)
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info


@contextmanager
def _opened(bundle: Path) -> Generator[zipfile.ZipFile]:
    """Open a bundle; whatever is wrong with the zip is said in one sentence."""
    try:
        file = bundle.open("rb")
    except OSError as error:
        raise DataError(
            _("The file {file} cannot be read: {reason}.").format(
                file=bundle, reason=error.strerror or error
            ),
            _("Check its name."),
        ) from error
    with file:
        try:
            with zipfile.ZipFile(file) as archive:
                yield archive
        except _BROKEN as error:
            raise _damaged(bundle, _("it is no zip that can be read")) from error


def _checked_manifest(bundle: Path, archive: zipfile.ZipFile) -> _Manifest:
    """Return the manifest once it is sure that the archive holds what it states, and only that."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    _require_allowed(bundle, [info.file_size for info in infos])
    if MANIFEST not in names:
        raise _damaged(bundle, _("it has no manifest"))
    odd = next((info for info in infos if _is_odd(info)), None)
    if odd is not None:
        file = repr(odd.filename[:60])
        raise _damaged(bundle, _("no run has a file like {file}").format(file=file))
    manifest = _read_manifest(bundle, archive)
    if sorted(names) != sorted({*manifest.files, MANIFEST}) or runs.RECORD not in names:
        raise _damaged(bundle, _("it does not hold what its manifest states"))
    return manifest


def _read_manifest(bundle: Path, archive: zipfile.ZipFile) -> _Manifest:
    with archive.open(MANIFEST) as data:
        text = data.read(MAX_TEXT)
    try:
        if _Version.model_validate_json(text).format > FORMAT:
            raise DataError(
                _("The bundle {file} was packed by a newer version.").format(file=bundle.name),
                _("Update this installation."),
            )
        return _Manifest.model_validate_json(text)
    except ValidationError:
        raise _damaged(bundle, _("its manifest cannot be read")) from None


def _is_odd(info: zipfile.ZipInfo) -> bool:
    """Return whether no run has such a file: by its name, its size, or how much it was packed."""
    name, size = info.filename, info.file_size
    if name not in {MANIFEST, *_FOR_PEOPLE} and not _KEPT.fullmatch(name):
        return True
    if name in {MANIFEST, runs.RECORD, *_FOR_PEOPLE} and size > MAX_TEXT:
        return True
    known = info.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    return not known or (size > MAX_LOG and size > _MOST_PACKED * info.compress_size)


def _require_allowed(bundle: Path, sizes: Collection[int]) -> None:
    if len(sizes) > MAX_FILES or sum(sizes) > MAX_BYTES:
        raise DataError(
            _("The bundle {file} holds more than {files} files of {size} in all.").format(
                file=bundle.name, files=MAX_FILES, size=quantity(MAX_BYTES, "B")
            ),
            _("No run is so large."),
        )


def _require_space(folder: Path, sizes: Collection[int]) -> None:
    free = shutil.disk_usage(folder).free
    if sum(sizes) > free:
        raise DataError(
            _("The run takes {size}, and the disk has {free} left.").format(
                size=quantity(sum(sizes), "B"), free=quantity(free, "B")
            ),
            _("Make space, or name a folder on another disk."),
        )


def _copy_checked(data: IO[bytes], out: IO[bytes], entry: _Entry, bundle: Path) -> None:
    digest, size = hashlib.sha256(), 0
    while chunk := data.read(_CHUNK):
        size += len(chunk)
        if size > entry.size:
            break
        out.write(chunk)
        digest.update(chunk)
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise _damaged(bundle, _("a file in it is not what the manifest states"))


def _damaged(bundle: Path, what: str) -> DataError:
    return DataError(
        _("The bundle {file} cannot be taken in: {what}.").format(file=bundle.name, what=what),
        _("Ask for it again, or pack it anew."),
    )
