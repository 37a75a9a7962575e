"""The Grad-CAM page: methods in words, measured localisation, a logit in parts."""

from __future__ import annotations

from test_ui_pages import DIGITS, finished_run, segments
from ui_tools import Open, shown

from explorer.cam.methods import METHODS


def test_a_method_says_its_definition_its_paper_and_its_limit(open_page: Open) -> None:
    a, b = (finished_run(f"{name} net", "resnet20", DIGITS) for name in "AB")
    app = open_page("cam", a=a, b=b)
    method = segments(app, "Method")
    assert method.value == "gradcam"
    assert "before the last stage" not in shown(app)
    for name in ("gradcam", "layercam", "eigencam"):
        segments(app, "Method").set_value(name).run()
        assert not app.exception
        text = shown(app).replace("&gt;", ">")
        assert METHODS[name].definition in text
        assert METHODS[name].paper in text
        assert METHODS[name].limits in text


def test_before_the_last_stage_hirescam_is_the_default_and_the_reason_is_shown(
    open_page: Open,
) -> None:
    a, b = (finished_run(f"{name} net", "resnet20", DIGITS) for name in "AB")
    app = open_page("cam", a=a, b=b)
    segments(app, "Layer").set_value("layer2").run()
    assert segments(app, "Method").value == "hirescam"
    assert "method" not in app.query_params
    assert "HiResCAM is the choice before the last stage" in shown(app)
    segments(app, "Method").set_value("gradcam").run()
    assert app.query_params["method"] == "gradcam"
    assert "Grad-CAM is not sound at this layer" in shown(app)
    assert not app.error
