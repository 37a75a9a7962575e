"""A specification as text: canonical JSON, and a short token for links.

A token is ``1.`` followed by base64url(deflate(canonical JSON)). The number is the version of the
format, which an exported file carries in its field ``version``. A new field with a default needs
nothing; when the meaning of a field changes, ``VERSION`` grows and ``MIGRATIONS`` gets an entry,
so that what people have kept goes on working.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from math import isnan
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from explorer.errors import SpecError, UrlError
from explorer.spec.model import NetworkSpec
from explorer.words import _, mark

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

VERSION = 1
MAX_TOKEN_CHARS = 2048
MAX_JSON_BYTES = 16 * 1024
MAX_WORDS_CHARS = 160
MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""From a version to the function that makes a document of the next one of it."""
_WORDS = {
    "bool_parsing": mark("This should be true or false"),
    "bool_type": mark("This should be true or false"),
    "extra_forbidden": mark("There is no such field"),
    "finite_number": mark("This should be a finite number"),
    "float_parsing": mark("This should be a number"),
    "float_type": mark("This should be a number"),
    "greater_than": mark("This should be more than {gt:g}"),
    "greater_than_equal": mark("This should be {ge:g} or more"),
    "int_from_float": mark("This should be a whole number"),
    "int_parsing": mark("This should be a whole number"),
    "int_parsing_size": mark("This should be a smaller number"),
    "int_type": mark("This should be a whole number"),
    "less_than_equal": mark("This should be {le:g} or less"),
    "literal_error": mark("This should be {expected}"),
    "missing": mark("This field is missing"),
    "model_attributes_type": mark("This should be a JSON object"),
    "model_type": mark("This should be a JSON object"),
    "multiple_of": mark("This should be a multiple of {multiple_of:g}"),
    "too_long": mark("There may be {max_length} at most"),
    "too_short": mark("There should be {min_length} at least"),
    "tuple_type": mark("This should be a list"),
    "union_tag_invalid": mark("There is no block of kind {tag}; there are {expected_tags}"),
    "union_tag_not_found": mark("This block has no kind"),
}
"""pydantic's types of errors in words for people, with the facts of the error as fields."""
_UNREADABLE = mark("This link does not describe a network.")
_HINT = mark("Open the app without the link, or ask for the link again.")


def encode(spec: NetworkSpec) -> str:
    """Return the link token of a specification."""
    packed = zlib.compress(spec.canonical.encode(), 9)
    return f"{VERSION}.{base64.urlsafe_b64encode(packed).decode().rstrip('=')}"


def decode(token: str) -> NetworkSpec:
    """Return the specification of a link token.

    Raises:
        UrlError: The token is too long, damaged, or of a later version.
        SpecError: It is readable, but no network can be meant.
    """
    if len(token) > MAX_TOKEN_CHARS:
        raise UrlError(_("This link is too long to be one of ours."), _(_HINT))
    version, _dot, body = token.partition(".")
    if not (version.isascii() and version.isdigit() and body):
        raise UrlError(_(_UNREADABLE), _(_HINT))
    number = int(version)
    if number > VERSION:
        raise UrlError(_("This link was made by a newer version of the app."), _("Update the app."))
    data = _migrated(_inflate(body), number)
    if data is None:
        raise UrlError(_(_UNREADABLE), _(_HINT))
    return from_data(data)


def _migrated(data: dict[str, Any], version: int) -> dict[str, Any] | None:
    """Return a document of an older version as one of this; None if the version never was."""
    for old in range(version, VERSION):
        migrate = MIGRATIONS.get(old)
        if migrate is None:
            return None
        data = migrate(data)
    return data


def _inflate(body: str) -> dict[str, Any]:
    try:
        packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        inflater = zlib.decompressobj()
        text = inflater.decompress(packed, MAX_JSON_BYTES)
        if inflater.unconsumed_tail or not inflater.eof:
            raise UrlError(_(_UNREADABLE), _(_HINT))
        data = json.loads(text)
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        raise UrlError(_(_UNREADABLE), _(_HINT)) from None
    if not isinstance(data, dict):
        raise UrlError(_(_UNREADABLE), _(_HINT))
    return data


def from_data(data: object) -> NetworkSpec:
    """Return the specification that a decoded JSON value describes.

    Raises:
        SpecError: A field is missing, unknown or out of range; the error says which.
    """
    try:
        return NetworkSpec.model_validate(data, strict=False)
    except ValidationError as error:
        raise spec_error(error) from None


def from_json(text: str | bytes) -> NetworkSpec:
    """Return the specification written in a JSON text.

    Raises:
        SpecError: The text is not JSON, or no network can be meant.
    """
    if len(text) > 64 * MAX_JSON_BYTES:
        raise SpecError(_("This file is too large to describe a network."), _("Export it again."))
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise SpecError(
            _("This file is not JSON."), _("Export the network as JSON again.")
        ) from None
    return from_data(_of_this_version(data) if isinstance(data, dict) else data)


def _of_this_version(document: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an exported file; the first ones were without a version."""
    data = dict(document)
    version = data.pop("version", 1)
    if type(version) is not int:
        raise SpecError(
            _("version: This should be a whole number."),
            _("Export the network once more."),
            "version",
        )
    if version > VERSION:
        raise SpecError(
            _("This file was made by a newer version of the app."), _("Update the app.")
        )
    migrated = _migrated(data, version)
    if migrated is None:
        raise SpecError(
            _("This file says that it is of version {version}, which never was.").format(
                version=version
            ),
            _("Export the network as JSON again."),
        )
    return migrated


def spec_error(error: ValidationError, prefix: str = "") -> SpecError:
    """Return the first problem of a failed validation as a sentence with its location.

    Args:
        error: What pydantic found.
        prefix: Put before the location, such as ``layer2.0.`` for a value inside one block.
    """
    problems = error.errors(include_url=False)
    first = problems[0]
    parts = [str(part) for part in first["loc"]]
    if "block" in parts[:-1]:
        # pydantic names the member of the union after it: stages.0.block.basic.shortcut
        del parts[parts.index("block") + 1]
    location = _shortened(prefix + ".".join(parts))
    words = _words(first["type"], first.get("ctx", {})) or first["msg"]
    # A list whose item is wrong is also reported as too short: the same problem once more.
    more = sum(problem["loc"] != first["loc"][:1] for problem in problems[1:])
    hint = _("And {n} more like it.").format(n=more) if more else ""
    sentence = _("{what}.").format(what=_shortened(words))
    where = location or _("The network")
    message = _("{where}: {what}").format(where=where, what=sentence)
    given = _number(first["input"])
    return SpecError(message, hint, location, given=given, sentence=sentence)


def _words(kind: str, facts: Mapping[str, Any]) -> str:
    """Return one of pydantic's errors in words, without a full stop; empty for an unusual one."""
    if kind == "value_error":
        return str(facts["error"])
    if "expected" in facts:
        facts = {**facts, "expected": facts["expected"].replace(" or ", _(" or "))}
    return _(_WORDS[kind]).format_map(facts) if kind in _WORDS else ""


def _number(value: object) -> float | None:
    """Return a refused value where it is a number that others can be near to."""
    if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
        return None
    return max(-1e9, min(1e9, value))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_WORDS_CHARS else f"{text[: MAX_WORDS_CHARS - 1]}…"
