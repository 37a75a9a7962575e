"""Data sets as arrays: drawn, bundled, or a person's own images. No framework is imported."""

from explorer.data.dataset import Dataset, Split
from explorer.data.image import fit, open_image
from explorer.data.registry import DataInfo, catalogue, load
from explorer.data.samples import Sample, samples
from explorer.data.segmentation import IGNORED, Segmentation, segmentation

__all__ = [
    "IGNORED",
    "DataInfo",
    "Dataset",
    "Sample",
    "Segmentation",
    "Split",
    "catalogue",
    "fit",
    "load",
    "open_image",
    "samples",
    "segmentation",
]
