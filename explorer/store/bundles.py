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
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from explorer.errors import DataError
from explorer.spec.codec import VERSION
from explorer.store import runs
from explorer.units import quantity

if TYPE_CHECKING:
    from collections.abc import Generator

    from explorer.store.runs import RunRecord

MANIFEST = "manifest.json"
FORMAT = 1
MAX_FILES = 200
MAX_BYTES = 4_000_000_000
MAX_LOG = 5_000_000
_KEPT = re.compile(
    r"run\.json|metrics\.jsonl|log\.txt|weights\.safetensors|checkpoint\.safetensors"
    r"|snapshots/\d{1,6}\.safetensors|tensorboard/events\.out\.tfevents\.\d{1,20}\.explorer"
)
_FOR_PEOPLE = ("spec.json", "recipe.json", "environment.json", "reproduce.txt")
_PACKED = (".safetensors",)
_WHEN = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: Annotated[int, Field(ge=0, le=MAX_BYTES)]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


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
        DataError: The folder holds no run, or the file cannot be written.
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
            manifest = _Manifest(files=entries).model_dump_json(indent=2)
            _write(archive, MANIFEST, manifest.encode())
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(target)
    except OSError as error:
        raise DataError(
            f"The bundle {target} cannot be written: {error.strerror or error}.",
            "Check the folder and the free space of the disk.",
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return record


def portable(record: RunRecord) -> RunRecord:
    """Return a record without paths of the machine that it was made on."""
    place = record.data.name
    # Of either kind of system, since a bundle may come from the other.
    if not (PurePosixPath(place).is_absolute() or re.match(r"[A-Za-z]:[\\/]", place)):
        return record
    name = re.split(r"[\\/]", place.rstrip("\\/"))[-1]
    data = record.data.model_copy(update={"name": name})
    command = record.command.replace(place, name)
    return record.model_copy(update={"data": data, "command": command})


def unpack(bundle: Path, folder: Path) -> RunRecord:
    """Put a run from a bundle into a folder that is not there yet, and return its record.

    Args:
        bundle: The file.
        folder: Made; left out again if anything is wrong.

    Raises:
        DataError: No bundle, damaged, larger than allowed, or with files that no run has.
        OSError: The folder cannot be written.
    """
    with _opened(bundle) as archive:
        manifest = _checked_manifest(bundle, archive)
        folder.mkdir(parents=True)
        for name, entry in manifest.files.items():
            if name not in _FOR_PEOPLE:
                place = folder / name
                place.parent.mkdir(exist_ok=True)
                with archive.open(name) as data, place.open("xb") as out:
                    _copy_checked(data, out, entry, bundle)
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
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = {path: path.relative_to(folder).as_posix() for path in found}
    return [path for path in found if _KEPT.fullmatch(names[path]) and names[path] != runs.RECORD]


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> _Entry:
    archive.writestr(_info(name), data)
    return _Entry(size=len(data), sha256=hashlib.sha256(data).hexdigest())


def _copy(archive: zipfile.ZipFile, name: str, path: Path) -> _Entry:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as data, archive.open(_info(name), "w", force_zip64=True) as out:
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
        with zipfile.ZipFile(bundle) as archive:
            yield archive
    except FileNotFoundError:
        raise DataError(f"There is no file {bundle}.", "Check its name.") from None
    # What zipfile raises for damage, a password, and a form of zip that it does not know.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise _damaged(bundle, "it is no zip that can be read") from error


def _checked_manifest(bundle: Path, archive: zipfile.ZipFile) -> _Manifest:
    """Return the manifest once it is sure that the archive holds what it states, and only that."""
    infos = archive.infolist()
    names = [info.filename for info in infos]
    if len(infos) > MAX_FILES or sum(info.file_size for info in infos) > MAX_BYTES:
        limit = f"{MAX_FILES} files of {quantity(MAX_BYTES, 'B')}"
        raise DataError(f"The bundle {bundle.name} holds more than {limit}.", "It is no run.")
    if MANIFEST not in names:
        raise _damaged(bundle, "it has no manifest")
    with archive.open(MANIFEST) as data:
        text = data.read(_CHUNK)
    try:
        manifest = _Manifest.model_validate_json(text)
    except ValidationError:
        raise _damaged(bundle, "its manifest cannot be read, or is of a newer version") from None
    stated = {*manifest.files, MANIFEST}
    if sorted(names) != sorted(stated) or runs.RECORD not in stated:
        raise _damaged(bundle, "it does not hold what its manifest states")
    odd = next((n for n in manifest.files if n not in _FOR_PEOPLE and not _KEPT.fullmatch(n)), None)
    if odd is not None:
        raise _damaged(bundle, f"no run has a file called {odd[:60]!r}")
    return manifest


def _copy_checked(data: IO[bytes], out: IO[bytes], entry: _Entry, bundle: Path) -> None:
    digest, size = hashlib.sha256(), 0
    while chunk := data.read(_CHUNK):
        size += len(chunk)
        if size > entry.size:
            break
        out.write(chunk)
        digest.update(chunk)
    if size != entry.size or digest.hexdigest() != entry.sha256:
        raise _damaged(bundle, "a file in it is not what the manifest states")


def _damaged(bundle: Path, what: str) -> DataError:
    return DataError(
        f"The bundle {bundle.name} cannot be taken in: {what}.",
        "Ask for it again, or pack it anew.",
    )
