"""The server's settings stay hardened, and both themes are ours."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from streamlit import config as streamlit_config

from explorer.figures import theme

ROOT = Path(__file__).resolve().parents[2]
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_only_this_machine_may_talk_to_the_server():
    server = CONFIG["server"]
    assert server["address"] == "127.0.0.1"
    assert set(server["allowedHosts"]) == {"localhost", "127.0.0.1"}
    assert server["enableXsrfProtection"] is True
    assert server["enableCORS"] is True


def test_what_a_visitor_may_send_and_see_is_bounded():
    assert CONFIG["server"]["maxUploadSize"] <= 10
    assert CONFIG["server"]["maxMessageSize"] <= 50
    assert CONFIG["client"]["showErrorDetails"] == "none"
    assert CONFIG["browser"]["gatherUsageStats"] is False


def test_every_setting_is_known_to_streamlit():
    known = streamlit_config._config_options_template
    for section, values in CONFIG.items():
        for name, value in values.items():
            keys = [f"{name}.{key}" for key in value] if isinstance(value, dict) else [name]
            for key in keys:
                assert f"{section}.{key}" in known, key


def test_the_full_collection_after_a_rerun_is_off_and_the_option_still_exists():
    assert CONFIG["runner"]["postScriptGC"] is False
    assert "runner.postScriptGC" in streamlit_config._config_options_template


@pytest.mark.parametrize("name", ["light", "dark"])
def test_pages_and_pictures_have_the_same_colours(name):
    ours, page = theme.PALETTES[name], CONFIG["theme"][name]
    assert page["primaryColor"] == ours["accent"]
    assert page["backgroundColor"] == ours["page"]
    assert page["textColor"] == ours["ink"]
    assert tuple(page["chartCategoricalColors"]) == theme.COMPARED[name]
