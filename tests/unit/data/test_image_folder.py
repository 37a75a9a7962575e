from __future__ import annotations

import os
import zipfile

import numpy as np
import pytest

from explorer.data import fit, image_folder, load, open_image, samples
from explorer.errors import DataError


def test_a_folder_and_a_zip_give_the_same_arrays(files, as_folder, as_zip):
    contents = files("cat", "dog", side=50)
    folder, archive = load(str(as_folder(contents))), load(str(as_zip(contents)))
    for part in ("train", "test"):
        left, right = getattr(folder, part), getattr(archive, part)
        np.testing.assert_array_equal(left.images, right.images)
        np.testing.assert_array_equal(left.labels, right.labels)
    assert folder.classes == archive.classes == ("cat", "dog")
    assert (folder.mean, folder.std) == (archive.mean, archive.std)
    assert folder.name == archive.name == "pictures"


def test_each_image_has_the_label_of_its_folder(files, as_zip):
    contents = files("ant", "bee", "cow")
    dataset = load(str(as_zip(contents)), image_size=12)
    pixels = {open_image(data).tobytes(): name for name, data in contents.items()}
    for split in (dataset.train, dataset.test):
        for image, label in zip(split.images, split.labels, strict=True):
            assert pixels[image.tobytes()].startswith(dataset.classes[label] + "/")


def test_without_a_split_a_tenth_of_each_class_is_held_out_by_seed(files, as_zip):
    path = str(as_zip(files("ant", "bee", count=20)))
    first, again, other = load(path), load(path), load(path, seed=1)
    assert np.bincount(first.test.labels).tolist() == [2, 2]
    assert np.bincount(first.train.labels).tolist() == [18, 18]
    np.testing.assert_array_equal(first.test.images, again.test.images)
    assert (first.test.images != other.test.images).any()
    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert not _contents(first.train) & _contents(first.test)


@pytest.mark.parametrize("held_out", ["test", "val", "valid", "validation"])
def test_a_split_that_comes_with_the_set_is_used(files, as_folder, held_out):
    contents = files("ant", "bee", count=5, prefix="train/")
    contents |= files("ant", "bee", count=2, prefix=f"{held_out}/", side=16)
    dataset = load(str(as_folder(contents)), image_size=16)
    assert (len(dataset.train), len(dataset.test)) == (10, 4)
    shown = {open_image(data).tobytes() for name, data in contents.items() if held_out in name}
    assert _contents(dataset.test) == shown


def test_test_goes_before_val(files, as_zip):
    contents = files("a", "b", count=4, prefix="train/")
    contents |= files("a", "b", count=3, prefix="val/") | files("a", "b", count=2, prefix="test/")
    assert len(load(str(as_zip(contents))).test) == 4


def test_training_images_alone_are_split(files, as_zip):
    dataset = load(str(as_zip(files("a", "b", count=10, prefix="train/"))))
    assert dataset.classes == ("a", "b")
    assert (len(dataset.train), len(dataset.test)) == (18, 2)


def test_a_folder_around_everything_is_looked_through(files, as_zip):
    contents = files("a", "b", prefix="my pets/train/") | files("a", "b", prefix="my pets/test/")
    contents["__MACOSX/my pets/._x.png"] = b"resource fork"
    dataset = load(str(as_zip(contents)))
    assert dataset.classes == ("a", "b")
    assert (len(dataset.train), len(dataset.test)) == (20, 20)


def test_images_deeper_inside_a_class_count(files, as_zip):
    contents = files("a", "b") | files("monday", prefix="a/")
    assert np.bincount(load(str(as_zip(contents))).train.labels).tolist() == [18, 9]


def test_other_files_are_left_out(files, as_folder):
    contents = files("a", "b") | {"a/notes.txt": b"hello", "labels.csv": b"", "b/.DS_Store": b""}
    assert len(load(str(as_folder(contents))).train) == 18


@pytest.mark.parametrize(("side", "size"), [(12, 32), (40, 32), (41, 64), (90, 64)])
def test_the_size_follows_the_images(files, as_zip, side, size):
    assert load(str(as_zip(files("a", "b", count=2, side=side)))).image_size == size


def test_mean_and_std_are_those_of_the_training_pixels(files, as_zip):
    dataset = load(str(as_zip(files("a", "b"))), image_size=20)
    pixels = dataset.train.images.reshape(-1, 3) / 255
    np.testing.assert_allclose(dataset.mean, pixels.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(dataset.std, pixels.std(axis=0), rtol=1e-9)


def test_a_broken_image_is_named(files, as_folder, as_zip):
    contents = files("cat", "dog") | {"cat/07.png": b"not a picture"}
    for path in (as_folder(contents), as_zip(contents)):
        with pytest.raises(DataError, match=r"'cat/07\.png' cannot be used: the file is not an"):
            load(str(path))


def test_a_changed_file_is_read_again(files, as_folder):
    contents = files("cat", "dog", count=3)
    root = as_folder(contents)
    before = load(str(root))
    (root / "cat/00.png").write_bytes(contents["dog/02.png"])
    os.utime(root / "cat/00.png", ns=(1, 1))
    after = load(str(root))
    assert before.fingerprint != after.fingerprint
    assert _contents(before.train) | _contents(before.test) != (
        _contents(after.train) | _contents(after.test)
    )


def test_the_second_load_decodes_nothing_new(files, as_zip, monkeypatch):
    path = str(as_zip(files("cat", "dog")))
    first = load(path, image_size=32)
    monkeypatch.setattr(image_folder, "open_image", None)
    np.testing.assert_array_equal(first.train.images, load(path, image_size=32).train.images)


def test_samples_are_the_images_of_the_test_split(files, as_zip):
    path = str(as_zip(files("cat", "dog")))
    dataset = load(path)
    one, two = samples(path, [1, 0])
    np.testing.assert_array_equal(one.image, dataset.test.images[1])
    assert (one.class_name, two.class_name) == ("dog", "cat")
    assert one.mask is None
    assert one.stratum is None
    assert len(samples(path, [0, 17], split="train")) == 2


def test_progress_reaches_one(files, as_zip):
    shares: list[float] = []
    load(str(as_zip(files("a", "b"))), on_progress=lambda _, share: shares.append(share))
    assert shares[0] == 0
    assert shares[-1] == 1
    assert shares == sorted(shares)


def test_a_large_photograph_is_fitted(files, as_zip, encode, noise):
    contents = files("a", "b", count=2)
    contents["a/photo.jpg"] = encode(noise(300, 500), "JPEG")
    dataset = load(str(as_zip(contents)), image_size=64)
    exact = fit(open_image(contents["a/photo.jpg"]), 64).astype(int)
    nearest = min(
        np.abs(image.astype(int) - exact).mean()
        for split in (dataset.train, dataset.test)
        for image in split.images
    )
    assert nearest < 12


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ({}, "no PNG, JPEG or WebP images"),
        ({"a/readme.txt": b"x"}, "no PNG, JPEG or WebP images"),
        ({"1.png": b"x", "2.png": b"x"}, "not in class folders"),
        ({"cat/1.png": b"x"}, "only one class, 'cat'"),
        ({"cat/1.png": b"x", "dog/1.png": b"x", "emu/1.gif": b"x"}, "'emu' has no PNG"),
        (
            {"train/a/1.png": b"", "train/b/1.png": b"", "test/c/1.png": b""},
            "'c' is in 'test/' but not in 'train/'",
        ),
    ],
)
def test_a_layout_that_cannot_be_meant_is_refused(contents, sentence, as_folder, as_zip):
    for path in (as_folder(contents), as_zip(contents)):
        with pytest.raises(DataError, match=sentence) as caught:
            load(str(path))
        assert caught.value.hint


def test_an_empty_class_folder_is_refused(files, as_folder, as_zip):
    root = as_folder(files("cat", "dog"))
    (root / "emu").mkdir()
    archive = as_zip(files("cat", "dog"))
    with zipfile.ZipFile(archive, "a") as file:
        file.mkdir("emu")
    for path in (root, archive):
        with pytest.raises(DataError, match="'emu' has no PNG"):
            load(str(path))


def test_too_many_pixels_are_refused(files, as_zip, monkeypatch):
    monkeypatch.setattr(image_folder, "MAX_TOTAL_BYTES", 1000)
    with pytest.raises(DataError, match="need more than") as caught:
        load(str(as_zip(files("cat", "dog"))))
    assert "smaller image size" in caught.value.hint


def _contents(split) -> set[bytes]:
    return {image.tobytes() for image in split.images}
