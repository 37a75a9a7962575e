"""Consecutive blocks by name, both ways."""

import pytest

from explorer import lower, preset
from explorer.analysis.block_range import read, stage_range, write
from explorer.errors import UrlError

GRAPH = lower(preset("resnet110"))


@pytest.mark.parametrize(
    ("text", "among"),
    [
        ("2", range(18, 36)),
        ("1.3-2.1", range(3, 20)),
        ("3.17", range(53, 54)),
        ("1.0-1.0", range(1)),
    ],
)
def test_read(text, among):
    assert read(GRAPH, text) == among
    assert read(GRAPH, write(GRAPH, among)) == among


def test_write_is_short():
    assert write(GRAPH, range(54)) == ""
    assert write(GRAPH, stage_range(GRAPH, 2)) == "3"
    assert write(GRAPH, range(17, 19)) == "1.17-2.0"
    assert write(GRAPH, range(4, 5)) == "1.4"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("4.0", "There is no block '4.0' in this network. Its blocks are 1.0 to 3.17."),
        ("x-1.2", "There is no block 'x'"),
        ("2.3-1.2", "Block 1.2 stands before block 2.3. Write 1.2-2.3"),
    ],
)
def test_a_block_that_is_not_there_is_explained(text, message):
    with pytest.raises(UrlError) as error:
        read(GRAPH, text)
    assert str(error.value).startswith(message)
