"""The figure for a paper: text, vectors and pixels that are really there."""

import io
from xml.etree import ElementTree as ET

import numpy as np
import pypdfium2
import pytest
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from PIL import Image
from pypdfium2 import raw

from explorer import cost, lower, preset, words
from explorer.analysis.measures import measure
from explorer.errors import SpecError
from explorer.export import fonts, pdf
from explorer.export.figure import DPI, to_picture
from explorer.figures.architecture import scene
from explorer.figures.paper import figure
from explorer.figures.theme import CIVIDIS, PALETTES, rgb

NETWORKS = ("resnet50", "res2net50_26w_4s", "resnet110", "densenet121", "dpn92", "plain20",
            "resnet110_exclusive_gate")  # fmt: skip
SVG = "{http://www.w3.org/2000/svg}"


def words_of(tree):
    return [e.text for e in tree.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_svg_needs_no_style_sheet(name):
    tree = ET.fromstring(to_picture(lower(preset(name)), "svg", "Title & <tag>"))  # noqa: S314
    tags = {e.tag.removeprefix(SVG) for e in tree.iter()}
    assert "style" not in tags
    assert not any({"class", "style", "role"} & set(e.attrib) for e in tree.iter())
    assert "var(" not in ET.tostring(tree, encoding="unicode")
    assert "fold" not in words_of(tree)
    assert "unfold" not in words_of(tree)
    for shape in (e for e in tree.iter() if e.tag in {f"{SVG}rect", f"{SVG}circle", f"{SVG}path"}):
        assert {shape.get("fill"), shape.get("stroke")} != {None, "none"}, shape.attrib


def test_the_title_line_has_the_name_and_the_costs():
    spec = preset("resnet50")
    words = " | ".join(words_of(ET.fromstring(to_picture(lower(spec), "svg", "ResNet-50"))))  # noqa: S314
    for part in ("ResNet-50", f"{cost(spec).params:,} parameters", "4.089 G MACs", "3 × 224²",
                 "Bottleneck 3-4-6-3", "MACs in a box, log scale", "identity shortcut",
                 "projection", "add", "layer4", "×n is n blocks in a row"):  # fmt: skip
        assert part in words


def test_the_legend_explains_ticks_and_groups_where_they_are_drawn():
    graph = lower(preset("resnext50_32x4d"))
    chosen = measure("params")
    drawn = scene(graph, chosen.values(graph), chosen)
    opened = " | ".join(e.text or "" for e in figure(drawn, "t", "f", "ops").iter("text"))
    assert "batch norm" in opened
    assert "ReLU" in opened
    assert "Slices in the left edge" in opened
    assert "Parameters in a box" in opened
    closed = " | ".join(e.text or "" for e in figure(drawn, "t", "f", "stages").iter("text"))
    assert "batch norm" not in closed
    assert "Slices" not in closed


def test_an_unknown_measure_is_refused():
    with pytest.raises(SpecError):
        to_picture(lower(preset("resnet20")), "svg", coloured_by="beauty")


@pytest.mark.parametrize("name", NETWORKS)
def test_the_pdf_has_the_words_and_vectors_of_the_svg(name):
    graph = lower(preset(name))
    tree = ET.fromstring(to_picture(graph, "svg", "A – Title"))  # noqa: S314
    with pypdfium2.PdfDocument(to_picture(graph, "pdf", "A – Title")) as document:
        assert len(document) == 1
        assert document.get_metadata_value("Title") == "A – Title"
        page = document[0]
        width, height = page.get_size()
        assert width == pytest.approx(float(tree.get("width")) * 0.75, abs=0.1)
        assert height == pytest.approx(float(tree.get("height")) * 0.75, abs=0.1)
        found = "".join(page.get_textpage().get_text_range().split())
        for words in words_of(tree):
            assert "".join(words.split()) in found, words
        kinds = [o.type for o in page.get_objects()]
        assert raw.FPDF_PAGEOBJ_IMAGE not in kinds
        shapes = sum(len(list(tree.iter(SVG + tag))) for tag in ("rect", "circle", "path"))
        vectors = kinds.count(raw.FPDF_PAGEOBJ_PATH) + kinds.count(raw.FPDF_PAGEOBJ_SHADING)
        assert vectors >= shapes - 1


def test_the_font_is_embedded_as_every_viewer_reads_it():
    data = to_picture(lower(preset("resnet50")), "pdf")
    assert data.count(b"/FontFile2") == 2
    assert b"SourceSans" in data
    # What is not TrueType inside would be replaced by another font in every viewer.
    assert fonts.sans()[:4] == b"\x00\x01\x00\x00"


def test_without_the_font_the_words_are_still_there(monkeypatch):
    monkeypatch.setattr(fonts, "PATTERN", "nothing-like-this*")
    fonts.sans.cache_clear()
    try:
        data = to_picture(lower(preset("resnet50")), "pdf", "A − B…")
    finally:
        fonts.sans.cache_clear()
    with pypdfium2.PdfDocument(data) as document:
        text = document[0].get_textpage().get_text_range()
    assert "A - B..." in text
    assert "25,557,032 parameters" in text


@pytest.mark.parametrize("name", ["resnet50", "densenet121"])
def test_the_png_has_the_size_and_the_colours_of_the_figure(name):
    graph = lower(preset(name))
    tree = ET.fromstring(to_picture(graph, "svg"))  # noqa: S314
    image = Image.open(io.BytesIO(to_picture(graph, "png")))
    wanted = [float(tree.get(side)) * DPI / 96 for side in ("width", "height")]
    assert image.size == pytest.approx(wanted, abs=1.5)
    assert image.info["dpi"] == pytest.approx((DPI, DPI), abs=0.1)
    pixels = np.asarray(image.convert("RGB")).reshape(-1, 3)
    colours = {tuple(int(c) for c in p) for p in np.unique(pixels, axis=0)}
    light = PALETTES["light"]
    for colour in (light["page"], light["panel"], light["accent"], light["ink"]):
        assert rgb(colour) in colours
    # Both ends of the colour bar.
    for end in (CIVIDIS[0], CIVIDIS[-1]):
        assert min(max(abs(a - b) for a, b in zip(c, rgb(end), strict=True)) for c in colours) < 6
    boxes = [e for e in tree.iter(f"{SVG}rect") if e.get("fill", "").startswith("#")]
    assert all(rgb(box.get("fill")) in colours for box in boxes)


def pdf_text(data):
    with pypdfium2.PdfDocument(data) as document:
        return document[0].get_textpage().get_text_range()


def font_with(signs, path):
    """Write a font that has nothing but boxes for some signs."""
    names = {ord(sign): f"u{ord(sign):04x}" for sign in signs}
    glyphs = [".notdef", *names.values()]
    pen = TTGlyphPen(None)
    for place in ((0, 0), (0, 900), (900, 900), (900, 0)):
        (pen.lineTo if place != (0, 0) else pen.moveTo)(place)
    pen.closePath()
    box = pen.glyph()
    font = FontBuilder(1000, isTTF=True)
    font.setupGlyphOrder(glyphs)
    font.setupCharacterMap(names)
    font.setupGlyf(dict.fromkeys(glyphs, box))
    font.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 0)))
    font.setupHorizontalHeader(ascent=900, descent=-100)
    font.setupNameTable({"familyName": "Boxes", "styleName": "Regular"})
    font.setupOS2()
    font.setupPost()
    font.save(path)
    return path


def test_the_pdf_has_the_signs_of_the_readers_language(monkeypatch, tmp_path):
    graph = lower(preset("resnet20"))
    with words.speaking("zh"):
        drawn = to_picture(graph, "svg", "ResNet-20").decode()
        signs = {sign for sign in drawn if sign > "\u2fff"}
        path = font_with(signs, tmp_path / "boxes.ttf")
        monkeypatch.setattr(fonts, "han", lambda: path)
        monkeypatch.setattr(pdf, "han", lambda: path)
        found = pdf_text(to_picture(graph, "pdf", "ResNet-20"))
    assert "恒等捷径" in found
    assert "基本块 3-3-3" in found


def test_without_a_font_of_the_language_the_pdf_is_in_english(monkeypatch):
    monkeypatch.setattr(fonts, "han", lambda: None)
    graph = lower(preset("resnet20"))
    with words.speaking("zh"):
        assert "identity shortcut" in pdf_text(to_picture(graph, "pdf", "ResNet-20"))
        assert "恒等捷径" in to_picture(graph, "svg").decode()
