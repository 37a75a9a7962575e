"""A split as tensors that stay on the device for the whole training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.data import Split


def resident(split: Split, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images as bytes (N, H, W, 3) and labels (N,) int64 on a device.

    Copied once: the arrays of a data set may be read-only maps of a file, and a random batch
    from a file would wait for the disk.
    """
    return on_device(split.images, device), on_device(split.labels, device)


def on_device(array: NDArray[np.generic], device: torch.device) -> torch.Tensor:
    """Return a copy of an array on a device."""
    return torch.from_numpy(np.array(array)).to(device)
