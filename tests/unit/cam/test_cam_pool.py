"""The compute pool finds the task by its name; the caller needs no torch."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from explorer import compute
if __name__ == "__main__":
    result = compute.run(
        "explorer.cam.task:pair", run_a=sys.argv[1], run_b=sys.argv[2], image=("shapes", 0)
    )
    compute.shutdown()
    sys.exit("torch" in sys.modules or result.a.title != "Alpha" or result.b.title != "Beta")
"""


def test_a_comparison_comes_back_from_a_compute_process(runs, tmp_path):
    script = tmp_path / "caller.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), *map(str, runs)]
    done = subprocess.run(command, env={"PYTHONPATH": "."}, check=False, timeout=120)
    assert done.returncode == 0
