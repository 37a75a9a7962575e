"""Files that are no bundles, and bundles that are not taken in."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from explorer.errors import BudgetError, DataError, ExplorerError, JobError, WeightsError
from explorer.store import bundles, runs
from explorer.store.imported import folder_of
from explorer.training import checkpoint, loop
from explorer.training.imports import import_run
from explorer.training.run import train_run


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_SECONDS", 0.0)
    monkeypatch.setenv("EXPLORER_HOME", str(tmp_path / "home"))


def rewritten(bundle, target, change, **how):
    """Write a bundle whose files, and the manifest that states them, ``change`` has changed."""
    with zipfile.ZipFile(bundle) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    del files[bundles.MANIFEST]
    files = change(files)
    stated = {
        name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in files.items()
    }
    manifest = {"kind": "residual-explorer-run", "format": 1, "files": stated}
    files.setdefault(bundles.MANIFEST, json.dumps(manifest).encode())
    with zipfile.ZipFile(target, "w", **how) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target


def changed_record(**changes):
    def change(files):
        record = {**json.loads(files[runs.RECORD]), **changes}
        return {**files, runs.RECORD: json.dumps(record).encode()}

    return change


def tensors_as(tmp_path, change):
    """Return the bytes of the weights with something changed."""
    path = tmp_path / "changed.safetensors"
    save_file(change(load_file(tmp_path / "run" / runs.WEIGHTS)), path)
    return path.read_bytes()


def junk(files):
    return {**files, "evil.py": b"import os"}


ODD = {
    "junk": (junk, "no run has a file like 'evil.py'"),
    "a path out of the folder": (
        lambda files: {**files, "../../evil.json": b"{}"},
        "no run has a file like '../../evil.json'",
    ),
    "an absolute path": (lambda files: {**files, "/etc/evil": b""}, "no run has a file like"),
    "a path in other letters": (
        lambda files: {**files, "snapshots/\u0661.safetensors": b""},
        "no run has a file like",
    ),
    "a backslash": (lambda files: {**files, "snapshots\\1.safetensors": b""}, "like"),
    "no record": (
        lambda files: {name: data for name, data in files.items() if name != runs.RECORD},
        "it does not hold what its manifest states",
    ),
    "a manifest that is none": (
        lambda files: {**files, bundles.MANIFEST: b"{}"},
        "its manifest cannot be read",
    ),
    "another kind of thing": (
        lambda files: {**files, bundles.MANIFEST: b'{"kind": "cake", "format": 1, "files": {}}'},
        "its manifest cannot be read",
    ),
    "a record of 5 MB": (
        lambda files: {**files, runs.RECORD: b" " * 5_000_000},
        "no run has a file like 'run.json'",
    ),
}


@pytest.mark.parametrize(("change", "words"), ODD.values(), ids=ODD)
def test_files_that_no_run_has(bundle, tmp_path, change, words):
    odd = rewritten(bundle, tmp_path / "odd.zip", change)
    with pytest.raises(DataError, match=r"The bundle odd.zip cannot be taken in: ") as caught:
        import_run(odd, tmp_path / "deep" / "there")
    assert words in caught.value.message
    assert caught.value.hint == "Ask for it again, or pack it anew."
    assert not list(tmp_path.glob("deep/*"))
    assert not list(tmp_path.rglob("*evil*"))


def test_a_bomb_is_not_unpacked(bundle, tmp_path):
    def blown_up(files):
        return {**files, runs.METRICS: bytes(60_000_000)}

    bomb = rewritten(bundle, tmp_path / "bomb.zip", blown_up, compression=zipfile.ZIP_DEFLATED)
    assert bomb.stat().st_size < 1_000_000
    with pytest.raises(DataError, match=r"no run has a file like 'metrics.jsonl'"):
        import_run(bomb, tmp_path / "there")


def test_more_than_a_run_can_be(run, bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(bundles, "MAX_BYTES", 1000)
    words = "run.zip holds more than 200 files of 1.000 kB in all. No run is so large."
    for act in (lambda: import_run(bundle, tmp_path / "x"), lambda: bundles.pack(run, bundle)):
        with pytest.raises(DataError) as caught:
            act()
        assert words in str(caught.value)
    monkeypatch.setattr(bundles, "MAX_BYTES", 10**9)
    monkeypatch.setattr(bundles, "MAX_FILES", 5)
    with pytest.raises(DataError, match="more than 5 files"):
        import_run(bundle, tmp_path / "x")


def test_a_size_that_is_a_lie(bundle, tmp_path):
    """The directory of the zip says less than what comes out: no more than that is written."""
    with zipfile.ZipFile(bundle) as archive:
        size = archive.getinfo(runs.METRICS).file_size
    data = bundle.read_bytes()
    at = data.index(b"metrics.jsonl", data.index(b"PK\x01\x02"))
    field = data[at - 22 : at - 18]
    assert int.from_bytes(field, "little") == size
    (tmp_path / "lie.zip").write_bytes(data[: at - 22] + bytes(4) + data[at - 18 :])
    with pytest.raises(DataError, match="cannot be taken in"):
        import_run(tmp_path / "lie.zip", tmp_path / "there")


def test_damage_is_noticed(bundle, tmp_path):
    """Whatever byte is wrong, it is one sentence, and nothing stays behind."""
    data, rng = bundle.read_bytes(), np.random.default_rng(0)
    broken = tmp_path / "broken.zip"
    places = [*rng.integers(0, len(data), 60), *(len(data) - rng.integers(1, 900, 60))]
    refused = 0
    for place in places:
        changed = bytearray(data)
        changed[place] ^= int(rng.integers(1, 256))
        broken.write_bytes(changed)
        try:
            import_run(broken, tmp_path / "there")
        except ExplorerError:
            refused += 1
            assert not (tmp_path / "there").exists()
        else:  # a byte that says nothing, such as an attribute of a file
            shutil.rmtree(tmp_path / "there")
    assert refused > 80
    assert not list(tmp_path.glob(".*draft"))


@pytest.mark.parametrize("data", [b"", b"PK", b"no zip at all" * 100, b"PK\x05\x06" + bytes(18)])
def test_no_zip(tmp_path, data):
    (tmp_path / "x.zip").write_bytes(data)
    with pytest.raises(DataError, match=r"x.zip cannot be taken in"):
        import_run(tmp_path / "x.zip", tmp_path / "there")


def test_no_file(tmp_path):
    for path in (tmp_path / "missing.zip", tmp_path):
        with pytest.raises(DataError, match=r"The file .* cannot be read: .* Check its name"):
            import_run(path, tmp_path / "there")
        with pytest.raises(DataError, match=r"The file .* cannot be read"):
            folder_of(path)


def test_newer_versions(bundle, tmp_path):
    newer = b'{"kind": "residual-explorer-run", "format": 2, "things": []}'
    odd = rewritten(bundle, tmp_path / "a.zip", lambda files: {**files, bundles.MANIFEST: newer})
    words = "The bundle a.zip was packed by a newer version. Update this installation."
    with pytest.raises(DataError) as caught:
        import_run(odd, tmp_path / "there")
    assert str(caught.value) == words
    for changes, kind, words in (
        ({"format": 2}, DataError, "It is damaged or of a newer version."),
        ({"recipe": {"lr": 0.1, "magic": 1}}, JobError, "The recipe cannot be used: magic"),
        ({"plan": {"layout": "spiral"}}, DataError, "It is of a newer version"),
    ):
        odd = rewritten(bundle, tmp_path / "b.zip", changed_record(**changes))
        with pytest.raises(kind) as caught:
            import_run(odd, tmp_path / "there")
        assert words in str(caught.value)


def test_a_network_above_the_limits(bundle, tmp_path, monkeypatch):
    monkeypatch.setenv("EXPLORER_MAX_PARAMS", "10")
    with pytest.raises(BudgetError):
        import_run(bundle, tmp_path / "there")


def test_weights_that_cannot_be_used(bundle, tmp_path):
    def other(state):
        return {f"x{name}": value for name, value in state.items()}

    def endless(state):
        return {name: torch.full_like(value, float("inf")) if value.is_floating_point() else value
                for name, value in state.items()}  # fmt: skip

    def without(files):
        return {name: data for name, data in files.items() if name != runs.WEIGHTS}

    for name in (runs.WEIGHTS, "snapshots/1.safetensors"):
        for change, kind in ((other, WeightsError), (endless, DataError)):
            data = tensors_as(tmp_path, change)
            odd = rewritten(bundle, tmp_path / "w.zip", lambda f, n=name, d=data: {**f, n: d})
            with pytest.raises(kind, match=r"do not fit|are no numbers"):
                import_run(odd, tmp_path / "there")
    odd = rewritten(bundle, tmp_path / "w.zip", without)
    with pytest.raises(DataError, match="has neither weights nor a checkpoint"):
        import_run(odd, tmp_path / "there")


@pytest.mark.parametrize("line", ['{"step": 1, "loss": NaN}', '{"loss": 1.0}'])
def test_curves_that_are_no_numbers(bundle, tmp_path, line):
    odd = rewritten(
        bundle, tmp_path / "c.zip", lambda files: {**files, runs.METRICS: line.encode()}
    )
    with pytest.raises(DataError, match="The curves of Network on colours are no numbers"):
        import_run(odd, tmp_path / "there")


def test_checkpoints_that_do_not_fit(spec, data, short, unfinished, tmp_path):
    bundles.pack(unfinished, tmp_path / "half.zip")
    state = checkpoint.load(unfinished)
    for part in (["a list"], {"trainer": {}}, {"trainer": {"network": {"x": torch.ones(1)}}}):
        checkpoint.save(unfinished, part)
        bundles.pack(unfinished, tmp_path / "odd.zip")
        with pytest.raises(JobError, match="The checkpoint of Half a run does not fit its network"):
            import_run(tmp_path / "odd.zip", tmp_path / "there")
    # What only the whole trainer can tell is said when the run goes on.
    state["trainer"]["optimiser"] = {"state": {}, "param_groups": []}
    checkpoint.save(unfinished, state)
    bundles.pack(unfinished, tmp_path / "odd.zip")
    import_run(tmp_path / "odd.zip", tmp_path / "there")
    with pytest.raises(JobError, match=r"The checkpoint in .* does not fit this run"):
        train_run(spec, data, short, device="cpu", folder=tmp_path / "there", resume=True)


def test_a_command_that_is_none_is_not_shown(bundle, tmp_path):
    odd = rewritten(bundle, tmp_path / "r.zip", changed_record(command="rm -rf ~"))
    record = import_run(odd, tmp_path / "there")
    assert record.command.startswith("python -m explorer train 1.")
    assert runs.read(tmp_path / "there") == record


def test_a_disk_that_is_full(bundle, tmp_path, monkeypatch):
    used = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(bundles.shutil, "disk_usage", lambda _: used)
    with pytest.raises(DataError, match=r"and the disk has 1.000 kB left"):
        import_run(bundle, tmp_path / "there")


def test_places_that_cannot_be_written(run, bundle, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"The bundle .* cannot be written"):
        bundles.pack(run, tmp_path / "file" / "x.zip")
    with pytest.raises(DataError, match="The run cannot be written to"):
        import_run(bundle, tmp_path / "file" / "there")
    with pytest.raises(DataError, match="There is no run"):
        bundles.pack(tmp_path, tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()
