"""Where published data lies and what its checksums are, against torchvision's tables."""

from __future__ import annotations

import pytest
from torchvision import datasets

from explorer.data import published

pytestmark = pytest.mark.parity


def test_checksums_and_addresses_are_torchvisions():
    known = published.published()
    stated = {file.url: file.md5 for one in known.values() for file in one.files}
    for split in ("train", "test"):
        url, _, md5 = datasets.SVHN.split_list[split]
        assert stated[url] == md5
    for name, md5 in datasets.FashionMNIST.resources:
        assert stated[f"{datasets.FashionMNIST.mirrors[0]}{name}"] == md5
    assert {(file.url, file.md5) for file in published.PETS_FILES} == set(
        datasets.OxfordIIITPet._RESOURCES
    )
    # torchvision takes the pickled form of CIFAR; ours is the binary one from the same folder.
    for name, other in (("cifar10", datasets.CIFAR10), ("cifar100", datasets.CIFAR100)):
        (file,) = known[name].files
        assert file.url == other.url.replace("-python", "-binary")
        assert file.source == "https://www.cs.toronto.edu/~kriz/cifar.html"
    names = datasets.FashionMNIST.classes
    assert list(known["fashion_mnist"].classes) == names
    assert len(set(published.CIFAR100.classes)) == 100
    assert list(published.CIFAR100.classes) == sorted(published.CIFAR100.classes)
