"""A specification as text: canonical JSON, and a short token for links.

A token is ``1.`` followed by base64url(deflate(canonical JSON)). The number is the version of the
format; when the meaning of a field changes, the version grows and ``_MIGRATIONS`` gets an entry,
so that old links go on working.
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

if TYPE_CHECKING:
    from collections.abc import Callable

VERSION = 1
MAX_TOKEN_CHARS = 2048
MAX_JSON_BYTES = 16 * 1024
MAX_WORDS_CHARS = 160
_MIGRATIONS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
_WORDS = {
    "bool_parsing": "This should be true or false",
    "bool_type": "This should be true or false",
    "extra_forbidden": "There is no such field",
    "finite_number": "This should be a finite number",
    "float_parsing": "This should be a number",
    "float_type": "This should be a number",
    "greater_than": "This should be more than {gt:g}",
    "greater_than_equal": "This should be {ge:g} or more",
    "int_from_float": "This should be a whole number",
    "int_parsing": "This should be a whole number",
    "int_parsing_size": "This should be a smaller number",
    "int_type": "This should be a whole number",
    "less_than_equal": "This should be {le:g} or less",
    "literal_error": "This should be {expected}",
    "missing": "This field is missing",
    "model_attributes_type": "This should be a JSON object",
    "model_type": "This should be a JSON object",
    "multiple_of": "This should be a multiple of {multiple_of:g}",
    "too_long": "There may be {max_length} at most",
    "too_short": "There should be {min_length} at least",
    "tuple_type": "This should be a list",
    "union_tag_invalid": "There is no block of kind {tag}; there are {expected_tags}",
    "union_tag_not_found": "This block has no kind",
}
"""pydantic's types of errors in words for people, with the facts of the error as fields."""
_UNREADABLE = "This link does not describe a network."
_HINT = "Open the app without the link, or ask for the link again."


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
        raise UrlError("This link is too long to be one of ours.", _HINT)
    version, _, body = token.partition(".")
    if not (version.isascii() and version.isdigit() and body):
        raise UrlError(_UNREADABLE, _HINT)
    number = int(version)
    if number > VERSION:
        raise UrlError("This link was made by a newer version of the app.", "Update the app.")
    data = _inflate(body)
    for old in range(number, VERSION):
        migrate = _MIGRATIONS.get(old)
        if migrate is None:
            raise UrlError(_UNREADABLE, _HINT)
        data = migrate(data)
    return from_data(data)


def _inflate(body: str) -> dict[str, Any]:
    try:
        packed = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
        inflater = zlib.decompressobj()
        text = inflater.decompress(packed, MAX_JSON_BYTES)
        if inflater.unconsumed_tail or not inflater.eof:
            raise UrlError(_UNREADABLE, _HINT)
        data = json.loads(text)
    except (ValueError, binascii.Error, zlib.error, RecursionError):
        raise UrlError(_UNREADABLE, _HINT) from None
    if not isinstance(data, dict):
        raise UrlError(_UNREADABLE, _HINT)
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
        raise SpecError("This file is too large to describe a network.", "Export it again.")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise SpecError("This file is not JSON.", "Export the network as JSON again.") from None
    return from_data(data)


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
    own = _WORDS.get(first["type"])
    words = own.format_map(first.get("ctx", {})) if own else first["msg"]
    # A list whose item is wrong is also reported as too short: the same problem once more.
    more = sum(problem["loc"] != first["loc"][:1] for problem in problems[1:])
    hint = f"And {more} more like it." if more else ""
    message = f"{location or 'The network'}: {_shortened(words)}."
    return SpecError(message, hint, location, given=_number(first["input"]))


def _number(value: object) -> float | None:
    """Return a refused value where it is a number that others can be near to."""
    if isinstance(value, bool) or not isinstance(value, int | float) or isnan(value):
        return None
    return max(-1e9, min(1e9, value))


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_WORDS_CHARS else f"{text[: MAX_WORDS_CHARS - 1]}…"
