"""A split as tensors that stay on the device for the whole training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

if TYPE_CHECKING:
    from explorer.data import Split


def resident(split: Split, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    """Return images as bytes (N, H, W, 3) and labels (N,) int64 on a device.

    Copied once: the arrays of a data set may be read-only maps of a file, and a random batch
    from a file would wait for the disk.
    """
    images = torch.from_numpy(np.array(split.images))
    labels = torch.from_numpy(np.array(split.labels))
    return images.to(device), labels.to(device)
