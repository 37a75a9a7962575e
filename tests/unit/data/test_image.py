from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from explorer.data import fit, open_image
from explorer.data.image import MAX_BYTES
from explorer.errors import DataError


@pytest.mark.parametrize(("file_format", "options"), [("PNG", {}), ("WEBP", {"lossless": True})])
def test_lossless_formats_come_back_exactly(encode, noise, file_format, options):
    picture = noise(7, 11)
    np.testing.assert_array_equal(open_image(encode(picture, file_format, **options)), picture)


def test_a_jpeg_comes_back_nearly(encode):
    picture = np.full((16, 24, 3), (200, 90, 30), dtype=np.uint8)
    decoded = open_image(encode(picture, "JPEG", quality=95))
    assert decoded.shape == (16, 24, 3)
    assert np.abs(decoded.astype(int) - picture).max() <= 4


def test_a_camera_held_sideways_is_turned_upright():
    upright = np.zeros((6, 4, 3), dtype=np.uint8)
    upright[0] = 255
    sideways = Image.fromarray(np.rot90(upright))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    sideways.save(buffer, "PNG", exif=exif)
    np.testing.assert_array_equal(open_image(buffer.getvalue()), upright)


def test_transparency_is_laid_over_white(encode):
    picture = np.zeros((1, 3, 4), dtype=np.uint8)
    picture[0, :, 3] = (0, 255, 51)
    assert open_image(encode(picture))[0, :, 0].tolist() == [255, 0, 204]


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_png_mode_becomes_rgb(mode):
    buffer = io.BytesIO()
    if mode == "I;16":
        Image.fromarray(np.full((3, 5), 0x8000, dtype=np.uint16)).save(buffer, "PNG")
    else:
        grey = Image.new("RGB", (5, 3), (128, 128, 128))
        grey.convert(mode, palette=Image.Palette.ADAPTIVE).save(buffer, "PNG")
    decoded = open_image(buffer.getvalue())
    assert decoded.shape == (3, 5, 3)
    assert decoded.dtype == np.uint8
    if mode != "1":
        assert (decoded == 128).all()


def test_a_cmyk_jpeg_becomes_rgb():
    buffer = io.BytesIO()
    Image.new("CMYK", (8, 8), (0, 255, 255, 0)).save(buffer, "JPEG")
    red, green, blue = open_image(buffer.getvalue())[4, 4]
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize(
    "data",
    [b"", b"junk", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\x00\x00\x00\x00WEBP", bytes(1000)],
)
def test_junk_is_refused_with_one_sentence(data):
    with pytest.raises(DataError, match="not an image, or it is damaged") as caught:
        open_image(data)
    assert "PNG, JPEG or WebP" in caught.value.hint


@pytest.mark.parametrize("file_format", ["GIF", "BMP", "TIFF", "PPM"])
def test_other_formats_are_refused(encode, noise, file_format):
    with pytest.raises(DataError, match="not an image"):
        open_image(encode(noise(4, 4), file_format))


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_file_is_refused(encode, noise, file_format):
    data = encode(noise(64, 64), file_format)
    with pytest.raises(DataError, match="damaged"):
        open_image(data[: len(data) // 2])


@pytest.mark.parametrize("file_format", ["PNG", "WEBP"])
def test_a_moving_picture_is_refused(file_format):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, file_format, save_all=True, append_images=frames[1:])
    with pytest.raises(DataError, match="animated"):
        open_image(buffer.getvalue())


@pytest.mark.parametrize(
    ("width", "height"),
    [(4001, 4000), (16_000_001, 1), (9500, 9500), (20_000, 20_000), (2**31 - 1, 2)],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_bomb_is_refused_from_its_header(width, height):
    with pytest.raises(DataError, match="pixels; at most 16 megapixels"):
        open_image(_png_header(width, height))


def test_a_file_of_too_many_bytes_is_refused():
    with pytest.raises(DataError, match="larger than 10 MB"):
        open_image(bytes(MAX_BYTES + 1))


def test_an_error_of_pillow_never_becomes_the_persons_traceback(encode, noise):
    data = bytearray(encode(noise(4, 4)))
    data[20] ^= 0xFF
    with pytest.raises(DataError):
        open_image(bytes(data))


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(["PNG", "JPEG", "WEBP"]),
    changes=st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 255)), min_size=1, max_size=8
    ),
    cut=st.integers(0, 40),
)
def test_damaged_files_give_an_image_or_a_data_error(encode, noise, kind, changes, cut):
    data = bytearray(encode(noise(9, 9), kind))
    for place, value in changes:
        data[place % len(data)] = value
    with contextlib.suppress(DataError):
        decoded = open_image(bytes(data[: len(data) - cut]))
        assert decoded.dtype == np.uint8
        assert decoded.ndim == 3
        assert decoded.shape[2] == 3


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(header=st.binary(min_size=13, max_size=13), body=st.binary(max_size=60))
def test_png_chunks_with_right_checksums_and_wrong_content(header, body):
    data = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(body))
    with contextlib.suppress(DataError):
        assert open_image(data + _chunk(b"IEND", b"")).size


def test_fit_crops_the_centre():
    wide = np.zeros((2, 6, 3), dtype=np.uint8)
    wide[:, 2:4] = 255
    assert (fit(wide, 2) == 255).all()
    assert (fit(wide.transpose(1, 0, 2), 2) == 255).all()


def test_fit_equals_resizing_and_then_cropping(noise):
    picture = noise(64, 96)
    resized = Image.fromarray(picture).resize((48, 32), Image.Resampling.BILINEAR)
    expected = np.asarray(resized.crop((8, 0, 40, 32))).astype(int)
    assert np.abs(fit(picture, 32).astype(int) - expected).max() <= 1


def test_fit_leaves_an_image_of_the_right_size_alone(noise):
    picture = noise(8, 8)
    np.testing.assert_array_equal(fit(picture, 8), picture)


@pytest.mark.parametrize("shape", [(1, 16_000_000), (16_000_000, 1), (1, 1)])
def test_fit_takes_extreme_shapes(shape):
    picture = np.full((*shape, 3), 77, dtype=np.uint8)
    assert (fit(picture, 64) == 77).all()


def test_a_photograph_may_be_decoded_smaller_but_never_too_small(encode):
    large = encode(np.full((800, 1200, 3), 60, dtype=np.uint8), "JPEG")
    height, width, _ = open_image(large, at_least=64).shape
    assert 64 <= height < 800
    assert height * 3 == width * 2


def _png_header(width: int, height: int) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(b""))


def _chunk(name: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )
