"""JSON, DOT, SVG and ONNX, and the command that writes them."""

import json

import numpy as np
import onnxruntime
import pytest
import torch

from explorer import build, lower, preset
from explorer.cli.commands import main
from explorer.export import onnx as onnx_export
from explorer.export.dot import to_dot
from explorer.export.onnx import to_onnx
from explorer.export.spec_json import to_json
from explorer.spec.codec import from_json
from explorer.spec.presets import presets


@pytest.mark.parametrize("name", ["resnet20", "res2net50_26w_4s", "wrn_28_10"])
def test_json_is_read_back(name):
    assert from_json(to_json(preset(name))) == preset(name)
    assert "num_classes" in json.loads(to_json(preset(name)))["head"]


@pytest.mark.parametrize("name", ["resnet20", "res2net50_26w_4s"])
def test_dot_has_every_node_edge_and_stage(name):
    graph = lower(preset(name))
    text = to_dot(graph)
    assert text.count(" -> ") == sum(len(node.inputs) for node in graph.nodes.values())
    assert text.count("[label=") == len(graph.nodes) + 1
    assert text.count("subgraph cluster_layer") == len(graph.stages)
    assert '"layer1.0.conv1" -> "layer1.0.bn1"' in text


def test_onnx_agrees_with_the_network():
    torch.manual_seed(1)
    spec = preset("resnet20")
    network = build(spec).eval()
    session = onnxruntime.InferenceSession(to_onnx(spec, network))
    images = torch.randn(3, 3, 32, 32)
    (found,) = session.run(["logits"], {"images": images.numpy()})
    with torch.inference_mode():
        np.testing.assert_allclose(found, network(images).numpy(), rtol=1e-4, atol=1e-4)


def test_onnx_says_what_it_needs(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(onnx_export, "PACKAGES", ("onnx", "no_such_package"))
    with pytest.raises(SystemExit):
        main(["export", "resnet20", "--to", "onnx", "-o", str(tmp_path / "net.onnx")])
    line = capsys.readouterr().err
    assert line.startswith("ONNX needs two packages that are not installed.")
    assert "pip install onnx no_such_package" in line


@pytest.mark.parametrize("target", ["source", "json", "dot", "svg"])
def test_the_command_prints_or_writes(target, tmp_path, capsys):
    assert main(["export", "resnet20", "--to", target]) == 0
    printed = capsys.readouterr().out
    path = tmp_path / "network"
    assert main(["export", "resnet20", "--to", target, "-o", str(path)]) == 0
    assert path.read_text() == printed
    assert main(["export", "resnet20", "--to", target, "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["format"] == target


def test_mistakes_are_one_line(tmp_path, capsys):
    for arguments, line in (
        (["--to", "onnx"], "ONNX is not text. Name a file with -o."),
        (["--to", "dot", "-o", str(tmp_path)], f"The file {tmp_path} cannot be written:"),
        (["--to", "pdf"], "PDF is not text. Name a file with -o."),
        (["--to", "png"], "PNG is not text. Name a file with -o."),
        (["--to", "eps"], "argument --to: invalid choice: 'eps'"),
    ):
        with pytest.raises(SystemExit):
            main(["export", "resnet20", *arguments])
        assert capsys.readouterr().err.startswith(line)


def test_every_preset_can_be_drawn_as_dot():
    for found in presets().values():
        if found.name != "resnet1202":
            assert to_dot(lower(found.spec)).startswith("digraph")
