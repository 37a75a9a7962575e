"""Files that are wrong or hostile: one sentence each, nothing executed, nothing allocated."""

import json
import pickle
import zipfile

import pytest
import torch
from safetensors.torch import save_file

from explorer import build, preset
from explorer.cli.commands import main
from explorer.errors import WeightsError
from explorer.weights import files
from explorer.weights.foreign import load

SPEC = preset("resnet20")


@pytest.fixture
def state():
    torch.manual_seed(0)
    return {name: tensor.clone() for name, tensor in build(SPEC).state_dict().items()}


class Payload:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return exec, (f"open({str(self.path)!r}, 'w').close()",)


def refusal(path):
    with pytest.raises(WeightsError) as caught:
        load(SPEC, path)
    return str(caught.value)


@pytest.mark.parametrize("writer", ["torch", "legacy", "pickle"])
def test_a_program_is_refused_and_not_run(tmp_path, writer, state):
    path, trace = tmp_path / "evil.pth", tmp_path / "executed"
    data = state | {"payload": Payload(trace)}
    if writer == "pickle":
        path.write_bytes(pickle.dumps(Payload(trace), protocol=2))
    else:
        torch.save(data, path, _use_new_zipfile_serialization=writer == "torch")
    assert refusal(path).startswith("The file evil.pth holds more than weights")
    assert not trace.exists()


@pytest.mark.parametrize("name", ["cut.safetensors", "cut.pth"])
@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.99])
def test_a_cut_file_is_damaged(tmp_path, state, name, share):
    path = tmp_path / name
    (save_file if name.endswith("s") else torch.save)(state, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert f"{name} is damaged or holds no weights." in refusal(path)


@pytest.mark.parametrize("name", ["junk.safetensors", "junk.pt", "junk.bin"])
def test_junk_is_damaged(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(bytes(range(256)) * 40)
    assert "is damaged or holds no weights." in refusal(path)


@pytest.mark.parametrize("data", [[1, 2], "text", torch.zeros(3), {1: torch.zeros(2)}])
def test_what_is_no_state_dict_is_damaged(tmp_path, data):
    path = tmp_path / "other.pt"
    torch.save(data, path)
    assert "is damaged or holds no weights." in refusal(path)


@pytest.mark.parametrize("name", ["wrong.safetensors", "wrong.pth"])
def test_a_wrong_shape_is_named(tmp_path, state, name):
    state["fc.weight"] = torch.zeros(100, 64)
    path = tmp_path / name
    (save_file if name.endswith("s") else torch.save)(state, path)
    text = refusal(path)
    assert text.startswith("fc.weight is 100 × 64 in the file and 10 × 64 in the network.")
    assert "same number of classes" in text


def test_a_huge_claim_costs_no_memory(tmp_path, state):
    state["fc.weight"] = torch.zeros(1).expand(200_000, 200_000)
    path = tmp_path / "huge.pt"
    torch.save(state, path)
    assert path.stat().st_size < 3_000_000
    assert "fc.weight is 200000 × 200000 in the file" in refusal(path)


def test_a_huge_claim_in_a_header_is_damaged(tmp_path):
    header = {
        "fc.weight": {"dtype": "F32", "shape": [2**31, 2**31], "data_offsets": [0, 2**64 - 4]}
    }
    text = json.dumps(header).encode()
    path = tmp_path / "huge.safetensors"
    path.write_bytes(len(text).to_bytes(8, "little") + text)
    assert "is damaged" in refusal(path)
    path.write_bytes((2**40).to_bytes(8, "little") + text)
    assert "is damaged" in refusal(path)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_values_are_finite(tmp_path, state, value):
    state["layer2.0.conv1.weight"][0, 0, 0, 0] = value
    path = tmp_path / "nan.safetensors"
    save_file(state, path)
    assert refusal(path).startswith("layer2.0.conv1.weight has values that are not finite.")


def test_variances_are_not_negative(tmp_path, state):
    state["bn1.running_var"][0] = -1
    path = tmp_path / "negative.safetensors"
    save_file(state, path)
    assert refusal(path).startswith("bn1.running_var has negative variances.")


@pytest.mark.parametrize("dtype", [torch.int64, torch.complex64])
def test_values_of_another_kind(tmp_path, state, dtype):
    state["conv1.weight"] = state["conv1.weight"].to(dtype)
    path = tmp_path / "kind.pt"
    torch.save(state, path)
    assert refusal(path).startswith("conv1.weight has values of another kind")


def test_limits(tmp_path, state, monkeypatch):
    path = tmp_path / "large.pt"
    torch.save(state, path)
    monkeypatch.setattr(files, "MAX_TENSORS", 3)
    assert "has more than 3 tensors" in refusal(path)
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1000)
    assert "the limit is 1.000 kB." in refusal(path)


def test_an_archive_that_unpacks_to_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_FILE_BYTES", 1_000_000)
    path = tmp_path / "bomb.pt"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb/data/0", bytes(2_000_000))
    assert path.stat().st_size < 10_000
    assert "bomb.pt has 2.000 MB; the limit is" in refusal(path)


def test_another_kind_of_file_and_no_file(tmp_path):
    assert "is not of a known kind." in refusal(tmp_path / "weights.h5")
    assert "The file none.pt cannot be read." in refusal(tmp_path / "none.pt")


def test_nothing_belongs(tmp_path):
    path = tmp_path / "other.safetensors"
    save_file({"encoder.weight": torch.zeros(2, 2)}, path)
    assert refusal(path).startswith("Nothing in this file belongs to the network.")


def test_the_command_says_it_in_one_line(tmp_path, capsys):
    path = tmp_path / "junk.pt"
    path.write_bytes(b"junk")
    with pytest.raises(SystemExit) as left:
        main(["weights", "resnet20", str(path)])
    assert left.value.code == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
