"""Names, tokens and links as people type and paste them."""

import pytest

from explorer import preset
from explorer.errors import SpecError, UrlError
from explorer.spec.codec import encode
from explorer.spec.edit import change
from explorer.spec.foreign import foreign_models, from_model_name
from explorer.spec.presets import presets
from explorer.spec.reading import MAX_TEXT, from_text, nearest_preset

EDITED = change(preset("resnet20"), width_multiplier=2.0)


@pytest.mark.parametrize(
    "text",
    [
        "resnet50",
        "  resnet50\n",
        "timm:resnet50",
        "timm/resnet50.a1_in1k",
        "hf_hub:timm/resnet50.a1_in1k",
        "hf-hub:timm/resnet50",
        "torchvision.models.resnet50",
        "torchvision/resnet50",
        "resnet50.tv_in1k",
        "http://localhost:8501/?arch=resnet50",
        "https://a.example/build?measure=params&arch=resnet50&sel=layer1.0#top",
        "?arch=resnet50",
    ],
)
def test_all_of_these_are_resnet50(text):
    assert from_text(text) == preset("resnet50")


def test_a_token_and_a_link_with_one_are_read_in_whatever_white_space():
    token = encode(EDITED)
    wrapped = "\n".join(token[i : i + 40] for i in range(0, len(token), 40))
    for text in (token, f" {token}\t\n", wrapped, f"<http://a.example/?spec={token}"):
        assert from_text(text) == EDITED


def test_a_preset_wins_over_a_model():
    assert all(from_text(name) == preset(name) for name in presets())


@pytest.mark.parametrize(
    ("text", "kind", "sentence"),
    [
        ("", SpecError, "There is nothing to read."),
        (" \n", SpecError, "There is nothing to read."),
        ("x" * (MAX_TEXT + 1), UrlError, "This text is too long to be a link or a name."),
        ("http://a.example/", UrlError, "This link names no network."),
        ("http://a.example/?q=resnet50", UrlError, "This link names no network."),
        ("http://a.example/?arch=resnet5", SpecError, "There is no preset called 'resnet5'."),
        ("?spec=1.AAAA", UrlError, "This link does not describe a network."),
        ("resnet50_gn", SpecError, "resnet50_gn is not covered: its normalisation is not batch"),
        ("timm/resnetaa50.a1h_in1k", SpecError, "resnetaa50 is not covered: it blurs before it"),
        ("timm:vit_base", SpecError, "There is no torchvision or timm model called 'vit_base'"),
        ("resnet5", SpecError, "There is no preset called 'resnet5'."),
        ("🙂", SpecError, "There is no preset called '🙂'."),
    ],
)
def test_anything_else_is_one_sentence(text, kind, sentence):
    with pytest.raises(kind) as raised:
        from_text(text)
    assert raised.value.message.startswith(sentence)
    assert raised.value.hint
    assert len(str(raised.value)) < 400


def test_an_unknown_model_names_its_neighbours():
    with pytest.raises(SpecError) as raised:
        from_model_name("timm/resnet50dd")
    assert "resnet50d" in raised.value.hint
    with pytest.raises(SpecError) as raised:
        from_model_name("y" * 5000)
    assert len(str(raised.value)) < 500


def test_the_nearest_preset_is_itself_or_a_relative():
    for found in presets().values():
        assert preset(nearest_preset(found.spec)) == found.spec
    assert nearest_preset(EDITED) == "resnet20"
    assert nearest_preset(foreign_models()["resnext50d_32x4d"]) == "resnext50_32x4d"
    assert nearest_preset(foreign_models()["resnetv2_101d"]) == "preact_resnet101"
