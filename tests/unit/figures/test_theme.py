from __future__ import annotations

import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex

from explorer.figures import theme
from explorer.figures.scale import share, value_scale


def luminance(colour: str) -> float:
    def linear(c: int) -> float:
        v = c / 255
        return v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(c) for c in theme.rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(a: str, b: str) -> float:
    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", ["light", "dark"])
@pytest.mark.parametrize("ground", ["page", "card", "panel"])
@pytest.mark.parametrize("ink", ["ink", "ink2", "ink3", "accent"])
def test_text_is_readable_on_every_ground(name, ground, ink):
    palette = theme.PALETTES[name]
    assert contrast(palette[ink], palette[ground]) >= 4.5


@pytest.mark.parametrize("name", ["light", "dark"])
def test_compared_networks_stand_out(name):
    for colour in theme.COMPARED[name]:
        assert contrast(colour, theme.PALETTES[name]["card"]) >= 3.4


@pytest.mark.parametrize("step", range(11))
def test_labels_in_boxes_are_readable_on_every_fill(step):
    colour = theme.sample(theme.CIVIDIS, step / 10)
    assert contrast(theme.ink_on(colour), colour) >= 4.0


def test_more_is_lighter():
    shades = [luminance(theme.sample(theme.CIVIDIS, i / 20)) for i in range(21)]
    assert shades == sorted(shades)


def test_sampling_stays_inside_the_sequence():
    assert theme.sample(theme.CIVIDIS, -1) == theme.CIVIDIS[0]
    assert theme.sample(theme.CIVIDIS, 2) == theme.CIVIDIS[-1]


def test_both_themes_have_the_same_roles():
    assert theme.PALETTES["light"].keys() == theme.PALETTES["dark"].keys()


def test_a_log_scale_ends_at_round_values_and_names_powers_of_ten():
    scale = value_scale([2_048_000, 1_531_600_000], "log", "MAC")
    assert scale.domain == (10**6, 2 * 10**9)
    assert [label for _, label in scale.ticks] == ["1 M", "10 M", "100 M", "1 G"]


def test_a_small_change_of_the_values_keeps_the_colours():
    before = value_scale([2.0e6, 1.53e9], "log", "MAC").domain
    assert value_scale([2.2e6, 1.61e9], "log", "MAC").domain == before


def test_a_linear_scale_begins_at_zero():
    scale = value_scale([99.0, 427.0], "linear", "px")
    assert scale.domain == (0, 500)
    assert scale.ticks[1] == (0.5, "250 px")


@pytest.mark.parametrize("kind", ["log", "linear"])
def test_no_values_are_no_error(kind):
    assert value_scale([], kind, "").domain[1] > 0


def test_shares():
    assert share(1e8, (1e6, 1e10), "log") == 0.5
    assert share(0, (1e6, 1e10), "log") == 0
    assert share(50, (0, 200), "linear") == 0.25


def test_cividis_is_the_published_one():
    last = len(theme.CIVIDIS) - 1
    published = [to_hex(colormaps["cividis"](i / last)) for i in range(last + 1)]
    assert list(theme.CIVIDIS) == published
