"""The shape of the code."""

import statistics
import subprocess
from pathlib import Path

import pytest

from explorer.spec.presets import presets

FILES = sorted(
    Path(name)
    for name in subprocess.run(
        ["git", "ls-files", "*.py"], capture_output=True, text=True, check=True
    ).stdout.split()
    if "migrations" not in name
)
CODE = [path for path in FILES if path.parts[0] in {"explorer", "pages"}]


def num_lines(path):
    return len(path.read_text().splitlines())


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_is_long(path):
    limit = 150 if path.parts[0] == "pages" else 400
    assert num_lines(path) <= limit


def test_most_files_are_short():
    assert statistics.median(map(num_lines, CODE)) <= 120


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_is_left_for_later(path):
    later = "TO" + "DO"
    assert later not in path.read_text()


@pytest.mark.parametrize("path", CODE, ids=str)
def test_every_module_says_what_it_is(path):
    assert path.read_text().startswith('"""')


def test_the_readme_counts_the_presets_that_there_are():
    assert f"one of {len(presets())} presets" in Path("README.md").read_text(encoding="utf-8")
