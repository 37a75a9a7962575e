"""Top-1 errors on ImageNet that papers and their authors print, one for each network.

All are for a single crop of 224 px unless the note says otherwise; trainings differ, so that a
difference of a few tenths between two sources says nothing.
"""

from __future__ import annotations

from typing import NamedTuple


class PrintedError(NamedTuple):
    """One printed figure.

    Attributes:
        top1: Top-1 error on the validation images [%].
        source: Where it is printed.
    """

    top1: float
    source: str

    @property
    def accuracy(self) -> float:
        """Return the top-1 accuracy, 0..1."""
        return round(1 - self.top1 / 100, 6)


_FB = "Gross, Wilber 2016, fb.resnet.torch"
_MSRA = "He et al. 2015, the authors' list of results"
_WRN = "Zagoruyko, Komodakis 2016, Tables 7 and 8"
_RESNEXT = "Xie et al. 2016, Tables 3 and 4"
_RES2NET = "Gao et al. 2019, Tables 1 to 3"
_IRESNET = "Duta et al. 2020, the authors' list of results"
_SE = "Hu et al. 2017, the authors' list of results"
_DENSE = "Huang et al. 2017, the authors' list of results"
_DPN = "Chen et al. 2017, the authors' list of results"

_TABLE: dict[str, dict[str, float]] = {
    _FB: {
        "resnet18": 30.43,
        "resnet34": 26.73,
        "resnet50": 24.01,
        "resnet101": 22.44,
        "resnet152": 22.16,
        "preact_resnet200": 21.66,
    },
    _MSRA: {"resnet50_v1": 24.7, "resnet101_v1": 23.6, "resnet152_v1": 23.0},
    _WRN: {
        "wide_resnet18_1_5": 27.06,
        "wide_resnet18_2": 25.58,
        "wide_resnet18_3": 24.06,
        "wide_resnet34_1_5": 24.5,
        "wide_resnet34_2": 23.39,
        "wide_resnet50_2": 21.9,
    },
    _RESNEXT: {"resnext50_32x4d": 22.2, "resnext101_32x4d": 21.2, "resnext101_64x4d": 20.4},
    _RES2NET: {
        "res2net50_26w_4s": 22.01,
        "res2net50_26w_6s": 21.42,
        "res2net50_26w_8s": 20.8,
        "res2net50_48w_2s": 22.68,
        "res2net50_14w_8s": 21.86,
        "res2net50_18w_4s": 22.92,
        "res2net101_26w_4s": 20.81,
        "res2next50": 21.76,
        "se_res2net50_26w_4s": 21.56,
    },
    _IRESNET: {
        "iresnet50": 22.69,
        "iresnet101": 21.36,
        "iresnet152": 20.66,
        "iresnet200": 20.52,
    },
    _SE: {
        "legacy_seresnet50": 22.37,
        "legacy_seresnet101": 21.75,
        "legacy_seresnet152": 21.34,
        "legacy_seresnext50_32x4d": 20.97,
        "legacy_seresnext101_32x4d": 19.81,
        "legacy_senet154": 18.68,
    },
    _DENSE: {"densenet121": 25.0, "densenet161": 22.2, "densenet169": 23.6, "densenet201": 22.5},
    _DPN: {"dpn68": 23.57, "dpn92": 20.73, "dpn98": 20.15, "dpn131": 19.93},
}

PRINTED_ERRORS: dict[str, PrintedError] = {
    name: PrintedError(error, source)
    for source, rows in _TABLE.items()
    for name, error in rows.items()
}
"""By the name of the preset."""
