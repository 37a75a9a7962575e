"""Every visual constant: colours of both themes, colour sequences, sizes, the style sheet."""

from __future__ import annotations

from typing import Literal

Theme = Literal["light", "dark"]
Rgb = tuple[int, int, int]

PALETTES: dict[Theme, dict[str, str]] = {
    "light": {
        "page": "#FFFFFF",
        "card": "#FFFFFF",
        "panel": "#F5F6F8",
        "line": "#DBDFE6",
        "line2": "#C3CAD4",
        "ink": "#161A21",
        "ink2": "#434C5A",
        "ink3": "#667080",
        "accent": "#5A3FC8",
        "soft": "#EFECFB",
        "onaccent": "#FFFFFF",
        "bad": "#B3261E",
        "badsoft": "#FDF0EE",
        "good": "#1B7247",
        "main": "#7C8696",
        "plain": "#4D5766",
        "ghost": "#D9DDE4",
    },
    "dark": {
        "page": "#0F1318",
        "card": "#141920",
        "panel": "#181D25",
        "line": "#2B323D",
        "line2": "#404957",
        "ink": "#E9ECF1",
        "ink2": "#B7BFCB",
        "ink3": "#8C95A3",
        "accent": "#A999FF",
        "soft": "#272145",
        "onaccent": "#140C33",
        "bad": "#FF8A7A",
        "badsoft": "#33191A",
        "good": "#5CC993",
        "main": "#8792A2",
        "plain": "#AEB7C4",
        "ghost": "#2B323D",
    },
}
"""Colours by role; see ``COMPARED`` for networks that stand side by side."""

COMPARED: dict[Theme, tuple[str, str, str, str]] = {
    "light": ("#0072B2", "#D55E00", "#007D5C", "#C2629A"),
    "dark": ("#56B4E9", "#FF9449", "#3CCB9B", "#E79AC4"),
}
"""Networks A to D; always together with a mark, a dash and a name."""

MASK_BACKGROUND, MASK_IGNORED = "#20262F", "#9AA3AF"
MASK_CLASSES = (
    "#E69F00",
    "#56B4E9",
    "#009E73",
    "#F0E442",
    "#0072B2",
    "#D55E00",
    "#CC79A7",
    "#8FE3C8",
)
"""Classes of pixels, the same in both themes; always with a legend (after Okabe, Ito 2008)."""

COMPARED_MARKS = ("circle", "square", "triangle-up", "diamond")
COMPARED_DASHES = ("solid", "longdash", "dash", "dot")
DIVERGING_MIDDLE = "#F4F4F4"

CIVIDIS = (
    "#00224e",
    "#123570",
    "#3b496c",
    "#575d6d",
    "#707173",
    "#8a8678",
    "#a59c74",
    "#c3b369",
    "#e1cc55",
    "#fee838",
)
"""For diagrams and plots: more is lighter in both themes (Nunez et al. 2018)."""

INK_ON_LIGHT, INK_ON_DARK = "#161A21", "#FFFFFF"
FONT = "'Source Sans', 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
PICTURE_HEIGHT = 420
"""Height of the network picture [px]; it never jumps."""

_STYLE = """
text{fill:var(--rx-ink);font-size:11.5px;font-variant-numeric:tabular-nums}
.t2{fill:var(--rx-ink2)}.t3{fill:var(--rx-ink3)}.small{font-size:10.5px}.big{font-size:15px}
.bold{font-weight:600}.title{font-weight:700;font-size:12.5px}
.link{fill:var(--rx-ink2);font-size:11px;text-decoration:underline;cursor:pointer}
.quiet{opacity:0}.cell:hover>.quiet,.item.selected~.quiet{opacity:1}
.card{fill:var(--rx-card)}.panel{fill:var(--rx-panel)}
.frame{fill:var(--rx-card);stroke:var(--rx-line2)}
.wire{fill:none;stroke:var(--rx-main);stroke-width:1.5}
.arc{fill:none;stroke:var(--rx-accent);stroke-width:2.5}
.dot{fill:var(--rx-accent)}.tag{fill:var(--rx-card);stroke:var(--rx-accent);stroke-width:1.75}
.tagtext{fill:var(--rx-accent);font-weight:600;font-size:10.5px}
.bare{fill:var(--rx-card);stroke:var(--rx-main)}.solid{fill:var(--rx-plain)}
.bar{fill:var(--rx-ink2)}.norm{fill:var(--rx-card);stroke:var(--rx-ink3)}.act{fill:var(--rx-ink2)}
.plus{fill:var(--rx-card);stroke:var(--rx-accent);stroke-width:1.75}
.plus.in{stroke:var(--rx-main)}
.gone{fill:var(--rx-card);stroke:var(--rx-ink3);stroke-dasharray:4 3}
.crossed{fill:none;stroke:var(--rx-ink);stroke-width:2.25;stroke-linecap:round}
.deleted>.wire{stroke-dasharray:2 4}.deleted .frame{stroke-dasharray:4 3}
.ring{fill:none;stroke:none}.item{cursor:pointer;outline:none}
.item:hover>.ring,.item:focus-visible>.ring{stroke:var(--rx-ink);stroke-width:1.5}
.item.selected>.ring{stroke:var(--rx-ink);stroke-width:2.5}
"""


def style_sheet(*, is_file: bool = False) -> str:
    """Return the rules of a picture; colours come from the variables ``--rx-<role>``.

    Args:
        is_file: Whether the picture stands alone, where nothing can be folded.
    """
    return _STYLE.replace("\n", "") + (".link{display:none}" if is_file else "")


def variables(theme: Theme) -> str:
    """Return the colours of a theme as CSS declarations: ``--rx-ink:#161A21;...``."""
    return "".join(f"--rx-{role}:{colour};" for role, colour in PALETTES[theme].items())


def rgb(colour: str) -> Rgb:
    """Return red, green and blue, each 0..255, of ``#rrggbb``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def sample(sequence: tuple[str, ...], share: float) -> str:
    """Return the colour at a share 0..1 of a sequence, linear between its anchors.

    Shares outside 0..1 get the colour of the nearer end.
    """
    place = min(1.0, max(0.0, share)) * (len(sequence) - 1)
    index = min(len(sequence) - 2, int(place))
    low, high = rgb(sequence[index]), rgb(sequence[index + 1])
    mixed = [int(a + (b - a) * (place - index) + 0.5) for a, b in zip(low, high, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def ink_on(colour: str) -> str:
    """Return the text colour that is read best on a ground."""
    red, green, blue = rgb(colour)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return INK_ON_DARK if luma < 122 else INK_ON_LIGHT
