"""Links and JSON: exact round trips, and nothing but our own errors for anything else."""

import base64
import json
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from explorer.errors import SpecError, UrlError
from explorer.spec import NetworkSpec
from explorer.spec.codec import (
    MAX_JSON_BYTES,
    MAX_TOKEN_CHARS,
    VERSION,
    decode,
    encode,
    from_data,
    from_json,
)
from explorer.spec.presets import presets
from tests.property.strategies import specs

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


def token_of(text):
    packed = base64.urlsafe_b64encode(zlib.compress(text, 9)).decode().rstrip("=")
    return f"{VERSION}.{packed}"


@given(specs)
def test_a_link_brings_back_the_same_network(spec):
    token = encode(spec)
    assert len(token) <= MAX_TOKEN_CHARS
    assert len(spec.canonical) <= MAX_JSON_BYTES
    back = decode(token)
    assert back == spec
    assert hash(back) == hash(spec)
    assert back.digest == spec.digest
    assert encode(back) == token


@given(specs)
def test_json_brings_back_the_same_network(spec):
    assert from_json(spec.model_dump_json()) == spec
    assert from_json(spec.canonical) == spec


@given(specs, st.randoms(use_true_random=False))
def test_the_digest_does_not_depend_on_the_order_of_fields(spec, random):
    def shuffled(value):
        if isinstance(value, dict):
            keys = list(value)
            random.shuffle(keys)
            return {key: shuffled(value[key]) for key in keys}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    again = from_data(shuffled(spec.model_dump(mode="json")))
    assert again.digest == spec.digest


@given(specs, specs)
def test_different_networks_have_different_digests(a, b):
    assert (a == b) == (a.digest == b.digest)


@given(specs)
def test_a_changed_copy_forgets_the_digest_of_its_original(spec):
    before = spec.digest, spec.canonical
    changed = spec.model_copy(update={"image_size": spec.image_size + 8})
    assert (changed.digest, changed.canonical) != before
    assert changed.digest == from_data(changed.model_dump()).digest


def test_every_preset_has_a_short_link():
    longest = max(len(encode(found.spec)) for found in presets().values())
    assert longest <= 400


def refuses_or_reads(read, value):
    try:
        assert isinstance(read(value), NetworkSpec)
    except (UrlError, SpecError) as error:
        refusal = error
    else:
        return
    assert refusal.message.strip()
    assert len(str(refusal).encode()) < 600


@given(st.text(max_size=300))
@example("1.")
@example(".")
@example("1." + "A" * 5000)
@example("9" * 2000 + ".AAAA")
@example("²..")
@example("1.é")
@example("0.eJyrrgUAAXUA-Q")
def test_any_text_gives_a_network_or_our_error(text):
    refuses_or_reads(decode, text)


@given(specs, st.data())
def test_a_damaged_link_gives_a_network_or_our_error(spec, data):
    token = encode(spec)
    at = data.draw(st.integers(0, len(token) - 1))
    kind = data.draw(st.sampled_from(("cut", "drop", "swap")))
    if kind == "cut":
        token = token[:at]
    elif kind == "drop":
        token = token[:at] + token[at + 1 :]
    else:
        token = token[:at] + data.draw(st.characters(codec="utf-8")) + token[at + 1 :]
    refuses_or_reads(decode, token)


@given(json_values)
@example({"stages": [{"block": {"kind": "\ud800"}}]})
@example({"stages": [{}], "\ud800": 1})
@example({"stages": [{"block": {"kind": "x" * 5000}}]})
@example({"stages": [{}], "y" * 5000: 1})
@example({"stages": [{}], "width_multiplier": float("nan")})
@example({"stages": [{"block": {"kind": "preact", "dropout": float("nan")}}]})
def test_any_json_value_gives_a_network_or_our_error(value):
    refuses_or_reads(from_data, value)
    text = json.dumps(value)
    refuses_or_reads(from_json, text)
    refuses_or_reads(decode, token_of(text.encode()))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_network_or_our_error(data):
    refuses_or_reads(from_json, data)


@given(specs, st.data())
def test_any_value_in_any_field_gives_a_network_or_our_error(spec, data):
    value = spec.model_dump(mode="json")
    target = data.draw(
        st.sampled_from(
            [value, value["stem"], value["stages"][0], value["stages"][0]["block"], value["head"]]
        )
    )
    target[data.draw(st.sampled_from(sorted(target)))] = data.draw(json_values)
    refuses_or_reads(from_data, value)


def test_a_bomb_is_refused_without_being_unpacked():
    # A network that would be read if it were unpacked to its end.
    padded = json.dumps({"stages": [{}]}).encode().ljust(MAX_JSON_BYTES + 1)
    for text in (padded, padded.ljust(1_000_000)):
        assert len(token_of(text)) <= MAX_TOKEN_CHARS
        with pytest.raises(UrlError, match="does not describe"):
            decode(token_of(text))
    with pytest.raises(UrlError, match="too long"):
        decode(token_of(b"0" * 5_000_000))


def test_json_of_exactly_the_limit_is_read():
    text = json.dumps({"stages": [{}]})
    assert decode(token_of(text.ljust(MAX_JSON_BYTES).encode())).stages


def test_nesting_beyond_the_interpreter_is_refused():
    with pytest.raises(UrlError):
        decode(token_of(b"[" * (MAX_JSON_BYTES - 1)))
    with pytest.raises(SpecError):
        from_json("[" * 100_000)


def test_padding_of_the_version_does_not_change_it():
    body = encode(presets()["resnet18"].spec).partition(".")[2]
    with pytest.raises(UrlError, match="newer version"):
        decode(f"{'0' * 12}9.{body}")
