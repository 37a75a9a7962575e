from __future__ import annotations

import numpy as np
import pytest

from explorer.data import catalogue, digits, load, samples
from explorer.data.dataset import fingerprint, mean_and_std, moments
from explorer.data.splitting import stratified
from explorer.errors import DataError


def test_the_catalogue_touches_no_files(data_home):
    names = [info.name for info in catalogue()]
    assert names == ["shapes", "shapes-clever-hans", "shapes-texture", "digits"]
    assert not data_home.exists()


@pytest.mark.parametrize("name", ["shapes", "digits"])
def test_the_catalogue_says_what_load_gives(name):
    info = next(info for info in catalogue() if info.name == name)
    dataset = load(name)
    assert dataset.name == info.name
    assert dataset.classes == info.classes
    assert dataset.image_size == info.image_size
    assert len(dataset.train) + len(dataset.test) == info.num_images
    assert (dataset.test.masks is not None) == info.has_masks
    assert info.title
    assert info.summary.endswith(".")


def test_digits_are_the_bundled_ones_enlarged():
    dataset = load("digits", image_size=8)
    assert dataset.train.images.shape == (1438, 8, 8, 3)
    assert (np.ptp(dataset.train.images, axis=3) == 0).all()
    assert dataset.train.images.max() == 255
    shares = np.bincount(dataset.test.labels) / len(dataset.test)
    assert shares == pytest.approx(np.full(10, 0.1), abs=0.005)


def test_digits_look_like_their_class():
    dataset = load("digits")
    train = dataset.train.images[..., 0].reshape(len(dataset.train), -1).astype(float)
    test = dataset.test.images[..., 0].reshape(len(dataset.test), -1).astype(float)
    means = np.stack([train[dataset.train.labels == label].mean(axis=0) for label in range(10)])
    nearest = ((test[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == dataset.test.labels).mean() > 0.85


def test_the_seed_decides_which_digits_are_held_out():
    first, again, other = load("digits"), load("digits"), load("digits", seed=1)
    np.testing.assert_array_equal(first.test.images, again.test.images)
    assert first.test.images.tobytes() != other.test.images.tobytes()
    assert first.fingerprint == again.fingerprint != other.fingerprint


def test_cached_digits_need_no_scikit_learn(monkeypatch):
    load("digits")
    monkeypatch.setattr(digits, "_enlarge", None)
    assert len(load("digits", seed=5).train) == 1438


@pytest.mark.parametrize("name", ["no such thing", "", "\0", "x" * 5000, "~nobody-at-all/x"])
def test_a_name_that_means_nothing_is_refused(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as caught:
        load(name)
    assert caught.value.hint


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(DataError, match="no data set, folder or file 'shape'") as caught:
        load("shape")
    assert "shapes-clever-hans" in caught.value.hint


@pytest.mark.parametrize("size", [7, 257, 0, -1])
def test_an_image_size_out_of_range_is_refused(size):
    with pytest.raises(DataError, match=f"{size} px cannot be made"):
        load("digits", image_size=size)


@pytest.mark.parametrize("seed", [-1, 2**56])
def test_a_seed_out_of_range_is_refused(seed):
    with pytest.raises(DataError, match="seed"):
        load("digits", seed=seed)


@pytest.mark.parametrize("name", ["shapes", "digits"])
@pytest.mark.parametrize("index", [-1, 10_000])
def test_a_sample_that_does_not_exist_is_refused(name, index):
    with pytest.raises(DataError, match=f"no image {index}"):
        samples(name, [0, index])


def test_a_split_that_does_not_exist_is_refused():
    with pytest.raises(DataError, match="no split 'val'"):
        samples("digits", [0], split="val")


def test_stratified_takes_the_share_of_each_class():
    labels = np.repeat([0, 1, 2, 3], [100, 10, 2, 1])
    train, test = stratified(labels, 0.1, seed=3)
    assert np.bincount(labels[test], minlength=4).tolist() == [10, 1, 1, 0]
    assert sorted([*train, *test]) == list(range(113))
    assert stratified(labels, 0.1, seed=3)[1].tolist() == test.tolist()


def test_stratified_is_the_same_on_every_machine():
    _, test = stratified(np.repeat([0, 1], 20), 0.1, seed=0)
    assert test.tolist() == [0, 2, 36, 37]


def test_moments_are_exact_also_across_chunks(noise):
    images = np.stack([noise(5, 7, seed) for seed in range(300)])
    wide = images.astype(np.int64)
    sums = moments(images)
    np.testing.assert_array_equal(sums[:, 0], wide.sum(axis=(1, 2)))
    np.testing.assert_array_equal(sums[:, 1], (wide**2).sum(axis=(1, 2)))
    mean, std = mean_and_std(sums, 35)
    np.testing.assert_allclose(mean, images.mean(axis=(0, 1, 2)) / 255)
    np.testing.assert_allclose(std, images.std(axis=(0, 1, 2)) / 255)


def test_a_constant_channel_has_no_zero_std():
    _, std = mean_and_std(moments(np.full((2, 3, 3, 3), 9, dtype=np.uint8)), 9)
    assert min(std) > 0


def test_a_fingerprint_ignores_the_order_of_the_facts():
    assert fingerprint({"a": 1, "b": 2}) == fingerprint({"b": 2, "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": 2})
