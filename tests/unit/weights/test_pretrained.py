"""Published weights: the table, and fetching one from a server into a run that can be used."""

from __future__ import annotations

import hashlib
import io
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
import torchvision

from explorer.analysis.cost import cost
from explorer.builder import build
from explorer.errors import DataError, JobError, WeightsError
from explorer.jobs.kinds import KINDS
from explorer.spec.presets import preset
from explorer.store import pretrained as table
from explorer.store.pretrained import PRETRAINED, fetched, imagenet_classes
from explorer.store.runs import is_complete
from explorer.weights import load_run, pretrained
from explorer.weights.pretrained import run


def test_the_classes_are_torchvisions():
    found = torchvision.models.ResNet50_Weights.IMAGENET1K_V1.meta["categories"]
    assert imagenet_classes() == tuple(found)
    assert len(set(imagenet_classes())) == 1000


@pytest.mark.parametrize("name", PRETRAINED)
def test_an_entry_has_a_preset_a_digest_and_a_licence(name):
    one = PRETRAINED[name]
    assert one.url.startswith("https://")
    assert len(one.digest) in {8, 64}
    assert one.digest[:8] in one.url
    assert one.licence
    assert one.source
    # Four bytes a parameter, and what a file has besides.
    expected = 4 * cost(preset(one.preset)).params / 1e6
    assert one.preset == "wide_resnet50_2" or abs(one.megabytes / expected - 1) < 0.02


@pytest.mark.parametrize("name", [n for n in PRETRAINED if hasattr(torchvision.models, n)])
def test_urls_and_accuracies_are_torchvisions(name):
    weights = torchvision.models.get_model_weights(name).IMAGENET1K_V1
    assert PRETRAINED[name].url == weights.url
    published = weights.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    assert PRETRAINED[name].accuracy == pytest.approx(published / 100, abs=1e-4)


def test_the_stronger_recipe_is_torchvisions_second():
    weights = torchvision.models.ResNet50_Weights.IMAGENET1K_V2
    assert PRETRAINED["resnet50_v2"].url == weights.url


class Context:
    """What a job sees."""

    def __init__(self, **payload):
        self.payload, self.told = payload, []

    def progress(self, fraction, text):
        self.told.append((fraction, str(text)))


@pytest.fixture
def published(tmp_path, monkeypatch):
    """Serve a state dict of ResNet-18 as torchvision writes it; return (name, state)."""
    torch.manual_seed(0)
    state = build(preset("resnet18")).state_dict()
    file = io.BytesIO()
    torch.save(state, file)
    folder = tmp_path / "www"
    folder.mkdir()
    (folder / "net.pth").write_bytes(file.getvalue())

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    one = PRETRAINED["resnet18"]._replace(
        url=f"http://127.0.0.1:{server.server_address[1]}/net.pth",
        digest=hashlib.sha256(file.getvalue()).hexdigest()[:8],
    )
    monkeypatch.setitem(table.PRETRAINED, "resnet18", one)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))
    yield folder / "net.pth", state
    server.shutdown()
    server.server_close()


def test_a_network_is_fetched_and_is_a_run_with_the_same_logits(published):
    _path, state = published
    context = Context(name="resnet18")
    assert run(context)["name"] == "resnet18"
    assert context.told[-1][1] == "Checking the weights"
    assert any("MB of ResNet-18" in text for _fraction, text in context.told)
    (one,) = fetched()
    assert one.id == "imagenet-resnet18"
    assert sorted(p.name for p in one.folder.iterdir()) == ["run.json", "weights.safetensors"]
    network, record = load_run(one.folder)
    assert record.data.classes == imagenet_classes()
    assert record.recipe["sha256"].startswith(table.PRETRAINED["resnet18"].digest)
    reference = build(preset("resnet18")).eval()
    reference.load_state_dict(state)
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(network(images), reference(images))
    assert run(Context(name="resnet18"))["folder"] == str(one.folder), "it is there already"


def test_a_changed_file_is_refused_and_nothing_is_left(published):
    path, _state = published
    path.write_bytes(path.read_bytes() + b"!")
    with pytest.raises(DataError, match="What arrived is not ResNet-18"):
        run(Context(name="resnet18"))
    assert not fetched()


def test_the_whole_digest_is_remembered_where_a_part_is_published(published, monkeypatch):
    path, _state = published
    run(Context(name="resnet18"))
    kept = pretrained._known("resnet18")
    assert kept == hashlib.sha256(path.read_bytes()).hexdigest()
    for file in table.folder_of("resnet18").iterdir():
        file.unlink()
    one = table.PRETRAINED["resnet18"]
    path.write_bytes(b"other")
    changed = hashlib.sha256(b"other").hexdigest()[:8]
    monkeypatch.setitem(table.PRETRAINED, "resnet18", one._replace(digest=changed))
    with pytest.raises(DataError, match="What arrived is not"):
        run(Context(name="resnet18"))


@pytest.mark.parametrize("content", ["incomplete", "pickle", "junk"])
def test_a_file_that_is_no_network_is_one_sentence(published, monkeypatch, content):
    path, state = published
    if content == "incomplete":
        torch.save({"conv1.weight": state["conv1.weight"]}, path)
    elif content == "pickle":
        torch.save({"conv1.weight": threading.Event}, path)
    else:
        path.write_bytes(b"junk" * 100)
    one = table.PRETRAINED["resnet18"]
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(table.PRETRAINED, "resnet18", one._replace(digest=digest))
    with pytest.raises((DataError, WeightsError)):
        run(Context(name="resnet18"))
    assert not is_complete(table.folder_of("resnet18"))


def test_a_stop_leaves_what_has_arrived(published):
    class StoppedError(BaseException):
        pass

    class Stopping(Context):
        def progress(self, fraction, text):
            if fraction > 0.1:
                raise StoppedError

    with pytest.raises(StoppedError):
        run(Stopping(name="resnet18"))
    assert (table.folder_of("resnet18") / "download.pth.part").stat().st_size > 1_000_000
    run(Context(name="resnet18"))
    assert fetched()


def test_a_question_that_cannot_be_meant():
    with pytest.raises(WeightsError, match="no weights called"):
        run(Context(name="lion"))
    with pytest.raises(JobError, match="does not say what to fetch"):
        run(Context())
    assert KINDS[table.KIND] == "explorer.weights.pretrained:run"


def test_two_jobs_that_want_one_network_fetch_it_once(published, monkeypatch):
    _path, _state = published
    fetch, asked = pretrained.download, []

    def slowly(wanted, target, on_progress):
        asked.append(wanted.url)
        time.sleep(0.5)
        return fetch(wanted, target, on_progress)

    monkeypatch.setattr(pretrained, "download", slowly)
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(run(Context(name="resnet18"))["folder"]))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(asked) == 1
    assert len(found) == 2
    assert is_complete(table.folder_of("resnet18"))
