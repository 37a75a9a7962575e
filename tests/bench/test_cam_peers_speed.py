"""Time and memory of maps beside captum, torch-cam and grad-cam: ResNet-50 at 224 px on the CPU.

Needs requirements-bench.txt. All run in one process, in turn; the least of several rounds counts.
`EXPLORER_BENCH_THREADS` sets the threads; with one, processor time is what is compared, which
neighbours on the machine disturb least. Memory is measured in a fresh process for each.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

import pytest
import torch

from explorer.builder import build
from explorer.cam.core import class_maps, explain, explain_classes
from explorer.cam.folded import TOLERANCE, drift, fold
from explorer.cam.layers import layers
from explorer.spec.presets import preset

pytestmark = [pytest.mark.bench, pytest.mark.timeout(1800)]
ROUNDS = int(os.environ.get("EXPLORER_BENCH_ROUNDS", "7"))
CLASSES = (1, 5, 9, 100, 500)


def network():
    """Return a random ResNet-50 whose batch norms have seen some noise."""
    torch.manual_seed(0)
    net = build(preset("resnet50")).train()
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        net(torch.randn(8, 3, 224, 224))
    return net.eval().requires_grad_(requires_grad=False)


def peers(net, addresses):
    """Return what each library does for some layers and classes, with its own best use."""
    from captum.attr import LayerGradCam
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
    from torchcam.methods import GradCAM as TorchCam

    # As it is loaded: torch-cam needs a leaf with a gradient, grad-cam goes back to the parameters.
    grad_net = build(preset("resnet50")).eval()
    grad_net.load_state_dict(net.state_dict())
    grad_modules = [grad_net.get_submodule(address) for address in addresses]

    def captum(images, classes):
        for one in classes:
            for module in grad_modules:
                LayerGradCam(grad_net, module).attribute(images, target=one)

    def torch_cam(images, classes):
        with TorchCam(grad_net, addresses) as extractor:
            scores = grad_net(images)
            for i, one in enumerate(classes):
                extractor([one] * len(images), scores, retain_graph=i + 1 < len(classes))

    def grad_cam(images, classes):
        with GradCAM(grad_net, grad_modules) as extractor:
            for one in classes:
                extractor(images, [ClassifierOutputTarget(one)] * len(images))

    return {"captum": captum, "torch-cam": torch_cam, "grad-cam": grad_cam}


def measured(jobs):
    """Return the least seconds of each job, run in turn after two rounds that do not count."""
    threads = torch.get_num_threads()
    clock = process_time if threads == 1 else perf_counter
    took = {name: [] for name in jobs}
    for number in range(ROUNDS + 2):
        for name, job in jobs.items():
            begun = clock()
            job()
            if number >= 2:
                took[name].append(clock() - begun)
    return {name: min(times) for name, times in took.items()}


@pytest.fixture
def _threads():
    before = torch.get_num_threads()
    torch.set_num_threads(int(os.environ.get("EXPLORER_BENCH_THREADS", "1")))
    yield
    torch.set_num_threads(before)


def report(took, unit):
    print()
    for name, seconds in took.items():
        print(f"{name:28} {1000 * seconds:9.1f} ms  {seconds / unit:6.2f} x the unit")


@pytest.mark.usefixtures("_threads")
def test_time_beside_peers():
    pytest.importorskip("torchcam")
    net = network()
    images = torch.randn(1, 3, 224, 224)
    addresses = [layer.address for layer in layers(net.graph)]
    other = peers(net, addresses)
    last = peers(net, addresses[-1:])

    def forward():
        with torch.no_grad():
            net(images)

    jobs = {"forward": forward, "ours, one layer": lambda: explain(net, images, addresses[-1:], 5)}
    jobs |= {f"{n}, one layer": lambda f=f: f(images, (5,)) for n, f in last.items()}
    jobs["ours, four layers"] = lambda: explain(net, images, addresses, 5)
    jobs |= {f"{n}, four layers": lambda f=f: f(images, (5,)) for n, f in other.items()}
    jobs["ours, four x five"] = lambda: explain_classes(net, images, addresses, CLASSES)
    jobs |= {f"{n}, four x five": lambda f=f: f(images, CLASSES) for n, f in other.items()}
    quick = fold(net)
    moved = drift(net, quick, images)
    jobs["folded, one layer"] = lambda: quick.explain(images, addresses[-1:], 5)
    jobs["folded, four layers"] = lambda: quick.explain(images, addresses, 5)
    jobs["folded, four x five"] = lambda: quick.explain_classes(images, addresses, CLASSES)
    jobs["ours, all 1000 classes"] = lambda: class_maps(net, images)
    took = measured(jobs)
    report(took, took["forward"])
    assert took["ours, one layer"] <= 1.1 * took["forward"]
    # Random weights are the worst case: their mean gradients cancel. The time is the same.
    print(f"folding moves maps by {moved:.1e} of their largest value; {TOLERANCE:.1e} is allowed")
    ratios = {
        (what, way, name): took[f"{name}, {what}"] / took[f"{way}, {what}"]
        for what in ("four layers", "four x five")
        for way in ("ours", "folded")
        for name in other
    }
    for (what, way, name), ratio in ratios.items():
        print(f"{what}: {name} / {way} {ratio:.2f}")
    assert min(ratio for (_, way, _), ratio in ratios.items() if way == "ours") >= 0.95
    assert min(ratio for (_, way, _), ratio in ratios.items() if way == "folded") >= 1.1
    assert ratios["four layers", "folded", "captum"] >= 4
    assert ratios["four x five", "folded", "grad-cam"] >= 3.5


@pytest.mark.usefixtures("_threads")
def test_time_of_a_batch_beside_peers():
    pytest.importorskip("torchcam")
    net = network()
    images = torch.randn(8, 3, 224, 224)
    addresses = [layer.address for layer in layers(net.graph)]
    other = peers(net, addresses)
    quick = fold(net)
    jobs = {
        "ours": lambda: explain(net, images, addresses, 5),
        "folded": lambda: quick.explain(images, addresses, 5),
    }
    jobs |= {name: lambda f=f: f(images, (5,)) for name, f in other.items()}
    took = measured(jobs)
    report(took, took["folded"])
    # Images go one after the other, for a sixth of the memory.
    assert min(took[name] for name in other) >= 0.9 * took["folded"]


_SCRIPT = """
import sys, torch
from pathlib import Path
sys.path.insert(0, {root!r})
from tests.bench.test_cam_peers_speed import network, peers
from explorer.cam.core import explain
from explorer.cam.folded import fold
from explorer.cam.layers import layers
torch.set_num_threads(1)
net = network()
quick = fold(net)
images = torch.randn(8, 3, 224, 224)
addresses = [layer.address for layer in layers(net.graph)]
name = {name!r}
own = {{
    "ours": lambda: explain(net, images, addresses, 5),
    "folded": lambda: quick.explain(images, addresses, 5),
    "forward": lambda: net(images),
}}
job = own.get(name) or (lambda f=peers(net, addresses)[name]: f(images, (5,)))
def kib(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(l for l in lines if l.startswith(field)).split()[1])
with torch.no_grad():
    net(images[:1])
    quick.network(images[:1])
Path("/proc/self/clear_refs").write_text("5")
before = kib("VmRSS")
if name == "forward":
    with torch.no_grad(): job()
else:
    job()
print(kib("VmHWM") - before)
"""


def test_memory_beside_peers():
    pytest.importorskip("torchcam")
    root = str(Path(__file__).resolve().parents[2])
    found = {}
    for name in ("forward", "ours", "folded", "captum", "torch-cam", "grad-cam"):
        script = _SCRIPT.format(root=root, name=name)
        done = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=root
        )
        found[name] = int(done.stdout.split()[-1]) / 1024
        print(f"{name:12} {found[name]:8.0f} MiB extra")
    best = min(found[name] for name in ("captum", "torch-cam", "grad-cam"))
    for way in ("ours", "folded"):
        print(f"best peer / {way} {best / found[way]:.2f}")
        assert found[way] <= best / 3
