"""Images from outside: decoded within limits, upright, as plain RGB arrays."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageOps

from explorer.errors import DataError
from explorer.words import _, mark

if TYPE_CHECKING:
    from numpy.typing import NDArray

FORMATS = ("PNG", "JPEG", "WEBP")
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
MAX_BYTES = 10_000_000
MAX_PIXELS = 16_000_000
_USE = mark("Use a PNG, JPEG or WebP image.")


def open_image(data: bytes, *, at_least: int | None = None) -> NDArray[np.uint8]:
    """Return an image as ``(H, W, 3)`` uint8 RGB, upright, transparency over white.

    Args:
        data: The bytes of a PNG, JPEG or WebP file.
        at_least: Let the JPEG decoder halve the image while both sides stay at least this
            long [px]; for large photographs that are about to be made small.

    Raises:
        DataError: Not such an image, damaged, animated, larger than 10 MB or 16 megapixels.
    """
    if len(data) > MAX_BYTES:
        raise DataError(
            _("The image file is larger than {value} MB.").format(value=MAX_BYTES // 10**6),
            _("Save it smaller."),
        )
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check(image)
            if at_least is not None:
                image.draft("RGB", (at_least, at_least))
            return _to_rgb(image)
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_many_pixels() from error
    except Exception as error:
        # Decoders answer damaged bytes with whatever they tripped over, not with one type.
        raise DataError(_("The file is not an image, or it is damaged."), _(_USE)) from error


def fit(image: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Return the central square of an image, resized to ``(size, size, 3)``.

    The same as resizing the shorter side and cropping the centre, without ever making the
    longer side, so that an image of 1 x 16,000,000 pixels costs nothing.

    Args:
        image: ``(H, W, 3)`` uint8.
        size: Height and width of the result [px], at least 1.
    """
    height, width = image.shape[:2]
    if (height, width) == (size, size):
        return image
    side = min(height, width)
    left, top = (width - side) / 2, (height - side) / 2
    box = (left, top, left + side, top + side)
    picture = Image.fromarray(image).resize((size, size), Image.Resampling.BILINEAR, box=box)
    return np.asarray(picture)


def _check(image: Image.Image) -> None:
    """Refuse what must not be decoded, from the header alone."""
    if image.width * image.height > MAX_PIXELS:
        raise _too_many_pixels(image.width, image.height)
    # A camera's JPEG may carry a preview as a second frame; only moving pictures are refused.
    if image.format != "MPO" and getattr(image, "n_frames", 1) != 1:
        raise DataError(_("The image is animated."), _("Use a still image."))


def _to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Decode, turn upright, and flatten every colour mode to RGB."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        deep = np.asarray(upright)
        return np.repeat((deep >> 8).clip(0, 255).astype(np.uint8)[..., None], 3, axis=2)
    if upright.has_transparency_data:
        coloured = upright.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        upright = Image.alpha_composite(white, coloured)
    return np.array(upright.convert("RGB"))


def _too_many_pixels(width: int | None = None, height: int | None = None) -> DataError:
    """Return the error for an image that is too large to decode."""
    found = (
        _("too many pixels")
        if width is None
        else _("{width} × {height} pixels").format(width=width, height=height)
    )
    return DataError(
        _("The image has {found}; at most {value} megapixels are read.").format(
            found=found, value=MAX_PIXELS // 10**6
        ),
        _("Scale it down."),
    )
