"""The commands that need no torch, through ``main`` and once as a process."""

import json
import subprocess
import sys
from math import comb
from pathlib import Path

import pytest

from explorer import cost, preset
from explorer.analysis.memory import training_memory
from explorer.cli.commands import COMMANDS, main
from explorer.graph import lower
from explorer.spec import HeadSpec
from explorer.spec.codec import encode
from explorer.spec.presets import presets


@pytest.fixture
def printed(capsys):
    def run(*arguments):
        assert main(arguments) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    return run


@pytest.fixture
def refused(capsys):
    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        captured = capsys.readouterr()
        assert left.value.code == 2
        assert captured.out == ""
        assert len(captured.err.splitlines()) == 1
        return captured.err.strip()

    return run


def test_presets(printed):
    found = json.loads(printed("presets", "--json"))["presets"]
    assert [p["name"] for p in found] == list(presets())
    assert set(found[0]) == {"name", "title", "family", "line"}
    text = printed("presets")
    assert all(name in text for name in presets())
    assert all(found.line in text for found in presets().values())


def test_the_page_of_presets_is_current(printed):
    # python -m explorer presets --markdown > docs/presets.md
    page = printed("presets", "--markdown")
    assert page == Path("docs/presets.md").read_text()
    assert "| `resnet50` | ResNet-50 | 25.56 M | 4.089 G | 224 px |" in page


def test_cost_as_json(printed):
    found = json.loads(printed("cost", "resnet50", "--json"))
    published = found.pop("published")
    assert found == {
        "params": 25_557_032,
        "macs": 4_089_184_256,
        "flops": 8_178_368_512,
        "activation_bytes": cost(preset("resnet50")).activation_bytes,
        "training_bytes": training_memory(lower(preset("resnet50")), 128).peak,
        "batch_size": 128,
        "depth": 50,
        "receptive_field": 427,
        "image_size": 224,
    }
    assert published[0] == {
        "quantity": "macs",
        "printed": "3.8 G",
        "ours": 4_089_184_256,
        "agrees": False,
        "difference": 289_184_256,
        "source": "He et al. 2015, Table 1",
        "note": published[0]["note"],
    }
    assert "stride in the 3×3" in published[0]["note"]


def test_cost_at_another_image_size(printed):
    found = json.loads(printed("cost", "res2net50_26w_4s", "--image", "299", "--json"))
    assert found["image_size"] == 299
    assert found["macs"] == cost(preset("res2net50_26w_4s"), 299).macs
    # The paper's MACs hold for 224 px only.
    assert [p["quantity"] for p in found["published"]] == ["params"]


def test_training_memory_at_a_batch_size(printed):
    sizes = [
        json.loads(printed("cost", "resnet20", "--batch-size", n, "--json"))["training_bytes"]
        for n in ("16", "128")
    ]
    graph = lower(preset("resnet20"))
    assert sizes == [training_memory(graph, n).peak for n in (16, 128)]
    assert "training, batch of 16" in printed("cost", "resnet20", "--batch-size", "16")


def test_cost_in_words(printed):
    text = printed("cost", "res2net50_26w_4s")
    assert text.startswith("res2net50_26w_4s at 224 px\n")
    assert "25,699,120" in text
    assert "4.255 G MAC" in text
    assert "printed: 25.70 M parameters (Gao et al. 2019, Tables 1 to 3); agrees." in text
    assert "printed: 4.2 G MACs (Gao et al. 2019, Tables 1 to 3); ours +55.17 M." in text


def test_a_network_may_be_a_name_a_file_or_a_token(printed, tmp_path):
    spec = preset("wrn_16_4").model_copy(update={"head": HeadSpec(num_classes=7)})
    file = tmp_path / "mine.json"
    file.write_text(spec.model_dump_json())
    from_file = printed("cost", str(file), "--json")
    assert printed("cost", encode(spec), "--json") == from_file
    assert json.loads(from_file)["params"] == cost(spec).params
    assert printed("cost", str(file)).startswith("Network at 32 px")


def test_paths_as_json(printed):
    found = json.loads(printed("paths", "resnet110", "--json"))
    assert found["num_paths"] == str(2**54)
    assert found["lengths"]["27"] == "1946939425648112"
    assert (found["mean"], found["unit"], found["effective_depth"]) == (27, "block", None)
    found = json.loads(printed("paths", "resnet110", "--unit", "conv", "--json"))
    assert (found["mean"], found["unit"]) == (55, "conv")
    assert min(map(int, found["lengths"])) == 1


def test_paths_of_resnet1202_are_the_binomial(printed):
    found = json.loads(printed("paths", "resnet1202", "--json"))
    assert found["num_paths"] == str(2**600)
    assert found["lengths"] == {str(k): str(comb(600, k)) for k in range(601)}


def test_paths_by_every_unit(printed):
    def found(unit):
        return json.loads(printed("paths", "resnext50_32x4d", "--unit", unit, "--json"))

    assert found("transformation")["num_paths"] == str(33**16)
    assert found("layer")["lengths"].keys() <= {str(k) for k in range(51)}
    assert found("layer")["num_paths"] == found("conv")["num_paths"] == str(33**16)


def test_paths_in_words(printed):
    assert printed("paths", "resnet110").splitlines() == [
        "1.8 × 10¹⁶ paths",
        "  length   0 to 54 residual units",
        "  mean     27, standard deviation 3.67",
        "  95 %     between 20 and 34",
    ]
    assert printed("paths", "plain20", "--unit", "conv") == "1 path, 19 convolutions long\n"


@pytest.mark.parametrize("command", ["cost", "paths"])
def test_what_is_above_a_limit_is_refused(refused, monkeypatch, command):
    monkeypatch.setenv("EXPLORER_MAX_PARAMS", "1000000")
    line = refused(command, "resnet50")
    assert line == (
        "This network has 25.6 M parameters; the limit here is 1.00 M. "
        "Lower the width or the number of blocks."
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["cost", "resnet51"], "There is no preset called 'resnet51'. Did you mean"),
        (["cost", "resnet50", "--image", "4"], "An image of 4 px cannot be used."),
        (["cost", "resnet20", "--batch-size", "0"], "A batch of 0 images cannot be used."),
        (["cost", "resnet20", "--batch-size", "5000"], "A batch of 5000 images cannot be used."),
        (["cost", "resnet50", "--image", "x"], "argument --image: invalid int value: 'x'"),
        (["cost"], "the following arguments are required: SPEC"),
        (["paths", "resnet50", "--unit", "stage"], "argument --unit: invalid choice: 'stage'"),
        (["paths", "nowhere.json"], "The file nowhere.json cannot be read."),
        (["paths", "9.AAAA"], "This link was made by a newer version of the app."),
        (["nothing"], "argument COMMAND: invalid choice: 'nothing'"),
        ([], "the following arguments are required: COMMAND"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(refused, arguments, line):
    assert refused(*arguments).startswith(line)


@pytest.mark.parametrize("command", ["presets", "cost", "paths"])
def test_help(capsys, command):
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    text = capsys.readouterr().out
    assert "--json" in text
    assert COMMANDS[command][1:] in " ".join(text.split())


def test_as_a_process(tmp_path):
    def run(*arguments):
        command = [sys.executable, "-m", "explorer", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    done = run("cost", "resnet20", "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["params"] == 269_722
    failed = run("cost", "resnet")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert failed.stderr.count("\n") == 1


def test_a_reader_that_leaves_early_is_no_error():
    script = f"{sys.executable} -m explorer presets | (exec 0<&-; sleep 0.5)"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
