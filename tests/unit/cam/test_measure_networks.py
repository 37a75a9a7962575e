"""Measures that run networks: by hand on toy networks, and on small real ones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from explorer.cam.measure.faithfulness import blurred, faithfulness, place_in_order
from explorer.cam.measure.randomisation import cascade
from tests.unit.cam.cam_lab import settled
from tests.unit.cam.test_cam_core import fingerprint

SIZE = 16


class Corner(nn.Module):
    """Sees only the sum over one corner: class 1 against class 0."""

    def forward(self, x):
        score = x[:, :, :8, :8].sum((1, 2, 3)) / 64
        return torch.stack([torch.zeros_like(score), score], 1)


@pytest.fixture(autouse=True)
def _one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def corner_map(hot=1.0, cold=0.0):
    heat = torch.full((1, SIZE, SIZE), cold)
    heat[:, :8, :8] = hot
    return heat


def test_pixels_go_from_the_hottest_and_ties_in_a_fixed_random_order():
    values = torch.rand(9, 9)
    places = place_in_order(values)
    assert sorted(places.flatten().tolist()) == list(range(81))
    assert (values.flatten()[places.flatten().argsort()].diff() <= 0).all()
    even = place_in_order(torch.zeros(9, 9)).flatten()
    assert torch.equal(even, place_in_order(torch.zeros(9, 9)).flatten())
    assert not torch.equal(even, torch.arange(81))


def test_deletion_and_insertion_one_image_at_a_time():
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(2, 3, SIZE, SIZE, generator=generator)
    heat = torch.rand(2, 4, 4, generator=generator)
    network = Corner()
    found = faithfulness(network, images, heat, torch.tensor([1, 0]), steps=4)
    for n, index in enumerate((1, 0)):
        large = nn.functional.interpolate(heat[n][None, None], (SIZE, SIZE), mode="bilinear")[0, 0]
        places = place_in_order(large)
        curves = {"deletion": [], "insertion": []}
        for share in (0, 0.25, 0.5, 0.75, 1):
            gone = places < share * SIZE * SIZE
            deleted, inserted = images[n].clone(), blurred(images[n]).clone()
            deleted[:, gone] = 0
            inserted[:, gone] = images[n][:, gone]
            for name, image in (("deletion", deleted), ("insertion", inserted)):
                curves[name].append(network(image[None]).double().softmax(1)[0, index].item())
        for name, curve in curves.items():
            wanted = np.trapezoid(curve, dx=0.25)
            assert getattr(found, name)[n].item() == pytest.approx(wanted, abs=1e-6)


def test_the_map_of_what_is_used_is_deleted_faster_than_its_inverse():
    images = torch.ones(1, 3, SIZE, SIZE) * 2
    target = torch.tensor([1])
    right = faithfulness(Corner(), images, corner_map(), target)
    wrong = faithfulness(Corner(), images, corner_map(0.0, 1.0), target)
    assert right.deletion < wrong.deletion
    assert right.average_drop.item() == pytest.approx(0, abs=1e-6)
    assert wrong.average_drop > 0.4


def test_average_drop_and_increase_by_their_formula():
    images = torch.ones(1, 3, SIZE, SIZE)
    images[:, :, 8:] = -1
    whole = Corner()(images).double().softmax(1)[0, 1]
    half = faithfulness(Corner(), images, torch.full((1, 4, 4), 2.0), torch.tensor([1]))
    assert half.average_drop.item() == 0, "a uniform map keeps the image as it is"
    assert half.increase.item() == 0
    dead = faithfulness(Corner(), images, torch.zeros(1, 4, 4), torch.tensor([1]))
    assert dead.average_drop.item() == pytest.approx(((whole - 0.5) / whole).item())
    against = faithfulness(Corner(), images, torch.zeros(1, 4, 4), torch.tensor([0]))
    assert against.increase.item() == 1
    assert against.average_drop.item() == 0


def test_blurring_keeps_the_mean_colour_of_a_plain_image_and_its_size():
    assert torch.allclose(blurred(torch.full((3, 16, 16), 0.7)), torch.full((3, 16, 16), 0.7))
    noise = torch.randn(3, 32, 32)
    assert blurred(noise).shape == noise.shape
    assert blurred(noise).std() < 0.3 * noise.std()


def test_someone_may_stop_after_any_image():
    def stop():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        faithfulness(
            Corner(),
            torch.ones(2, 3, 16, 16),
            torch.ones(2, 4, 4),
            torch.tensor([0, 0]),
            on_image=stop,
        )


def test_the_cascade_goes_from_head_to_stem_and_leaves_the_network_alone():
    network, told = settled("resnet20"), []
    images = torch.randn(8, 3, 32, 32, generator=torch.Generator().manual_seed(6))
    before = fingerprint(network)
    steps = cascade(
        network, images, "layer3.2.relu2", [0] * 8, seed=1, on_step=lambda: told.append(1)
    )
    assert fingerprint(network) == before
    assert [step.part for step in steps] == ["head", "layer3", "layer2", "layer1", "stem"]
    assert len(told) == 5
    assert all(abs(step.correlation) < 0.7 for step in steps)
    again = cascade(network, images, "layer3.2.relu2", [0] * 8, seed=1)
    assert again == steps


def test_a_method_that_ignores_the_head_is_caught_by_the_cascade():
    network = settled("resnet20")
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(6))
    steps = cascade(network, images, "layer3.2.relu2", [0] * 4, "eigencam")
    assert steps[0].correlation == pytest.approx(1.0), "it never looks at the classifier"
