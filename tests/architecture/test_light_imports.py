"""What the web process and the quick commands import must not bring torch."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "torchvision", "captum", "streamlit", "timm")
LIGHT = (
    "explorer",
    "explorer.address",
    "explorer.analysis.budget",
    "explorer.analysis.cost",
    "explorer.analysis.effective_depth",
    "explorer.analysis.gradient_study",
    "explorer.analysis.layer_responses",
    "explorer.analysis.measures",
    "explorer.analysis.model_a",
    "explorer.analysis.path_gradient",
    "explorer.analysis.paths",
    "explorer.analysis.polynomial",
    "explorer.analysis.published",
    "explorer.analysis.receptive",
    "explorer.analysis.routes",
    "explorer.analysis.shortcuts",
    "explorer.blocks",
    "explorer.cli.commands",
    "explorer.cli.cost",
    "explorer.cli.paths",
    "explorer.cli.presets",
    "explorer.compare.alignment",
    "explorer.compare.attribution",
    "explorer.compare.groups",
    "explorer.compare.runs",
    "explorer.compare.table",
    "explorer.errors",
    "explorer.graph",
    "explorer.ir.describe",
    "explorer.ir.graph",
    "explorer.ir.ops",
    "explorer.latency.outcome",
    "explorer.lesion.outcome",
    "explorer.lessons.charts",
    "explorer.lessons.glossary",
    "explorer.lessons.library",
    "explorer.lessons.page",
    "explorer.lessons.pool",
    "explorer.lessons.recorded",
    "explorer.lessons.worksheet",
    "explorer.spec",
    "explorer.spec.codec",
    "explorer.spec.limits",
    "explorer.spec.presets",
    "explorer.spec.published",
    "explorer.store.aside",
    "explorer.store.curves",
    "explorer.store.labels",
    "explorer.store.runs",
    "explorer.units",
)
LOADED = "import sys; print(*(name for name in {heavy!r} if name in sys.modules))"


def heavy_after(code):
    script = f"{code}\n{LOADED.format(heavy=HEAVY)}"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.split()


@pytest.mark.parametrize("module", LIGHT)
def test_importing_stays_light(module):
    assert heavy_after(f"import {module}") == []


def test_working_stays_light():
    code = (
        "import explorer; spec = explorer.preset('resnet50'); explorer.cost(spec);"
        "explorer.paths(spec, 'conv'); explorer.lower(spec)"
    )
    assert heavy_after(code) == []


def test_the_check_notices_torch():
    assert heavy_after("import torch") == ["torch"]
