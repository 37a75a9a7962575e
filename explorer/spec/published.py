"""What the papers print about the networks of ``explorer.spec.presets``.

Most papers of the field count one multiply-add as one "FLOP"; their figures stand here as MACs.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from explorer.words import mark

if TYPE_CHECKING:
    from collections.abc import Iterator

Quantity = Literal["params", "macs"]

_SCALES = {"M": 10**6, "G": 10**9}


@dataclass(frozen=True, slots=True)
class Published:
    """One figure of a paper.

    Attributes:
        quantity: What is stated: parameters, or MACs for one image of the network's own size.
        printed: As printed, with its SI letter: ``25.70 M``.
        source: Paper and table.
        note: Why it may differ from an exact count; may be empty.
    """

    quantity: Quantity
    printed: str
    source: str
    note: str = ""

    @property
    def scale(self) -> int:
        """Return what the letter stands for."""
        return _SCALES[self.printed[-1]]

    @property
    def figure(self) -> Decimal:
        """Return the printed number with the printed decimals, before its letter."""
        return Decimal(self.printed.split()[0])


HE_2015 = "He et al. 2015"
HE_2016 = "He et al. 2016, Tables 3 and 4"
WRN = "Zagoruyko, Komodakis 2016"
RESNEXT = "Xie et al. 2016, Table 7"
RES2NET = "Gao et al. 2019, Tables 1 to 3"
RES2NET_CIFAR = "Gao et al. 2019, Table 4"
RES2NET_CODE = "Res2Net-PretrainedModels, README"
DENSENET = "Huang et al. 2017, the authors' list of results"
DPN = "Chen et al. 2017, the authors' list of results"

_STRIDE = mark("The paper has the stride in the first 1×1; this network has the stride in the 3×3.")
_OWN_COUNT = mark("The paper's own count; the layers that it prints give 3.858 G.")
_PADDED = mark("The paper's figure is that of zero-padded shortcuts (option A).")
_WEIGHTS_ONLY = mark(
    "The paper counts the weights of convolutions and classifier only, without BN."
)
_CUT = mark("The exact figure is 68.155 M: cut, not rounded.")
_OWN_WIDTHS = mark("Approximate: the widths are not printed, those here are chosen to come near.")
_RES2NET_MACS = mark("The paper prints 4.2 G for all its 50-layer networks of this size.")

_DPN68_MACS = mark("The authors' own count; the layers that they list give 2.326 G.")


def _macs(printed: str, source: str, note: str = "") -> Published:
    return Published("macs", f"{printed} G", source, note)


def _params(printed: str, source: str, note: str = "") -> Published:
    return Published("params", f"{printed} M", source, note)


def _he_2015() -> Iterator[tuple[str, Published]]:
    table1 = f"{HE_2015}, Table 1"
    for name in ("resnet18", "resnet18_a", "plain18"):
        yield name, _macs("1.8", table1)
    for name in ("resnet34", "resnet34_a", "plain34"):
        yield name, _macs("3.6", table1, _PADDED if name == "resnet34" else "")
    for depth, printed in ((50, "3.8"), (101, "7.6"), (152, "11.3")):
        yield f"resnet{depth}_v1", _macs(printed, table1, _OWN_COUNT if depth == 50 else "")
        yield f"resnet{depth}", _macs(printed, table1, _STRIDE)
    cifar = {20: "0.27", 32: "0.46", 44: "0.66", 56: "0.85", 110: "1.7", 1202: "19.4"}
    for depth, printed in cifar.items():
        yield f"resnet{depth}", _params(printed, f"{HE_2015}, Table 6")


def _he_2016() -> Iterator[tuple[str, Published]]:
    for unit in ("resnet", "preact_resnet"):
        yield f"{unit}164", _params("1.7", HE_2016)
        yield f"{unit}1001", _params("10.2", HE_2016, _WEIGHTS_ONLY)


def _wide() -> Iterator[tuple[str, Published]]:
    table4 = {
        "40_1": "0.6",
        "40_2": "2.2",
        "40_4": "8.9",
        "40_8": "35.7",
        "28_10": "36.5",
        "28_12": "52.5",
        "22_8": "17.2",
        "22_10": "26.8",
        "16_8": "11.0",
        "16_10": "17.1",
    }
    for name, printed in table4.items():
        yield f"wrn_{name}", _params(printed, f"{WRN}, Table 4")
    yield "wrn_28_2", _params("1.5", f"{WRN}, Table 2")
    table2 = {"40_2_b131_n6": "1.4", "40_2_b31": "1.2", "40_2_b13": "1.3", "40_2_b311_n6": "1.3"}
    for name, printed in (table2 | {"22_2_b313_n3": "1.1"}).items():
        yield f"wrn_{name}", _params(printed, f"{WRN}, Table 2")
    for kernels in ("3", "333", "3333"):
        yield f"wrn_40_2_b{kernels}", _params("2.2", f"{WRN}, Table 3")
    yield "wrn_40_10", _params("56", f"{WRN}, running text")
    table7 = {
        "resnet18": "11.7",
        "resnet34": "21.8",
        "wide_resnet18_1_5": "25.9",
        "wide_resnet18_2": "45.6",
        "wide_resnet18_3": "101.8",
        "wide_resnet34_1_5": "48.6",
        "wide_resnet34_2": "86.0",
    }
    for name, printed in table7.items():
        yield name, _params(printed, f"{WRN}, Table 7")
    yield "wide_resnet50_2", _params("68.9", f"{WRN}, Table 8")
    yield "preact_resnet200", _params("64.7", f"{WRN}, Table 8")


def _highway() -> Iterator[tuple[str, Published]]:
    yield "highway19", _params("2.3", f"{HE_2015}, Table 6", _OWN_WIDTHS)
    yield "highway32", _params("1.25", f"{HE_2015}, Table 6", _OWN_WIDTHS)


def _resnext() -> Iterator[tuple[str, Published]]:
    yield "resnext29_8x64d", _params("34.4", RESNEXT)
    yield "resnext29_16x64d", _params("68.1", RESNEXT, _CUT)


def _res2net() -> Iterator[tuple[str, Published]]:
    table = {
        "res2net50_48w_2s": ("25.29", "4.2"),
        "res2net50_26w_4s": ("25.70", "4.2"),
        "res2net50_14w_8s": ("25.06", "4.2"),
        "res2net50_26w_6s": ("37.05", "6.3"),
        "res2net50_26w_8s": ("48.40", "8.3"),
        "res2net101_26w_4s": ("45.21", "8.1"),
        "res2next50": ("24.67", "4.2"),
    }
    for name, (params, macs) in table.items():
        yield name, _params(params, RES2NET)
        yield name, _macs(macs, RES2NET, _RES2NET_MACS if name == "res2net50_26w_4s" else "")
    for name, params, macs in (("res2net50d", "25.72", "4.5"), ("res2net101d", "45.23", "8.3")):
        yield name, _params(params, RES2NET_CODE)
        yield name, _macs(macs, RES2NET_CODE)
    for size, params in (("6c24w4s", "24.3"), ("8c25w4s", "33.8"), ("6c24w6s", "36.7")):
        yield f"res2next29_{size}_printed", _params(params, RES2NET_CIFAR)
    yield "res2net50_18w_4s", _macs("2.9", RES2NET)
    yield "resnet50", _macs("4.2", RES2NET, _RES2NET_MACS)


def _densenet() -> Iterator[tuple[str, Published]]:
    table = {
        "densenet_40_12": "1.0",
        "densenet_100_12": "7.0",
        "densenet_100_24": "27.2",
        "densenet_bc_100_12": "0.8",
        "densenet_bc_250_24": "15.3",
        "densenet_bc_190_40": "25.6",
    }
    for name, printed in table.items():
        yield name, _params(printed, DENSENET)


def _dpn() -> Iterator[tuple[str, Published]]:
    yield "dpn68", _macs("2.5", DPN, _DPN68_MACS)
    for name, printed in (("92", "6.5"), ("98", "11.7"), ("131", "16.0"), ("107", "18.3")):
        yield f"dpn{name}", _macs(printed, DPN)


_PARTS = (_he_2015, _he_2016, _wide, _highway, _resnext, _res2net, _densenet, _dpn)


def _collected() -> dict[str, tuple[Published, ...]]:
    found: dict[str, tuple[Published, ...]] = {}
    for part in _PARTS:
        for name, figure in part():
            found[name] = (*found.get(name, ()), figure)
    return found


PUBLISHED: dict[str, tuple[Published, ...]] = _collected()
"""The figures of each preset that a paper states any for, by the name of the preset."""
