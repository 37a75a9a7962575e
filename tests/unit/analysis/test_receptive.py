"""The receptive field against the gradient of one output with respect to the image."""

import pytest
import torch

from explorer import build, cost, preset
from explorer.analysis.receptive import receptive_field, receptive_fields
from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.plain import Plain
from explorer.blocks.preact import PreAct
from explorer.blocks.res2net import Res2Net
from explorer.graph import lower
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec
from explorer.spec.codec import from_data

BLOCKS = {
    "plain": Plain(),
    "basic": Basic(),
    "basic A": Basic(shortcut="A"),
    "bottleneck": Bottleneck(),
    "stride in 1x1": Bottleneck(stride_on="1x1"),
    "preact": PreAct(layout="bottleneck"),
    "res2net": Res2Net(base_width=64, scale=3),
    "res2net of one scale": Res2Net(base_width=64, scale=1),
}
STEMS = {
    "cifar": StemSpec(width=4, kernel_size=3, stride=1, pool=False),
    "imagenet": StemSpec(width=4),
}


def measured_extent(spec):
    """Return rows and columns of the image that the centre of the last feature map depends on."""
    network = build(spec).double().eval()
    for name, parameter in network.named_parameters():
        # Positive weights and no pool of maxima among equals: no path can cancel another.
        torch.nn.init.uniform_(parameter, 0.5, 1.0)
        if name.endswith("bias"):
            torch.nn.init.zeros_(parameter)
    kept = []

    def keep(address, value):
        if address == network.graph.nodes["avgpool"].inputs[0]:
            kept.append(value)
        return value

    size = spec.image_size
    image = torch.ones(1, spec.in_channels, size, size, dtype=torch.double, requires_grad=True)
    for module in network.modules():
        if isinstance(module, torch.nn.MaxPool2d):
            # A maximum passes its gradient to one place only; a sum shows the whole window.
            module.forward = lambda x, m=module: torch.nn.functional.avg_pool2d(
                x, m.kernel_size, m.stride, m.padding
            )
    network(image, keep)
    (features,) = kept
    centre = features.shape[-1] // 2
    features[0, :, centre, centre].sum().backward()
    touched = image.grad[0].abs().sum(0) > 0
    return tuple(int(touched.any(axis).sum()) for axis in (0, 1))


@pytest.mark.parametrize("stem", STEMS)
@pytest.mark.parametrize("block", BLOCKS)
def test_the_field_is_what_the_gradient_reaches(block, stem):
    stages = tuple(
        StageSpec(depth=2, width=4 * stride, stride=stride, block=BLOCKS[block])
        for stride in (1, 2)
    )
    spec = NetworkSpec(
        image_size=16, in_channels=1, stem=STEMS[stem], stages=stages, head=HeadSpec(num_classes=2)
    )
    field = cost(spec).receptive_field
    large = spec.model_copy(update={"image_size": 16 * (2 * field // 16 + 2)})
    assert measured_extent(large) == (field, field)


@pytest.mark.parametrize(
    ("name", "field"),
    [("resnet18", 435), ("resnet34", 899), ("resnet50", 427), ("resnet101", 971)],
)
def test_published_networks(name, field):
    # By hand, ResNet-18: 11 after the stem, + 4·8, + 8 + 3·16, + 16 + 3·32, + 32 + 3·64 = 435.
    assert cost(preset(name)).receptive_field == field


def test_fields_along_a_network():
    fields = receptive_fields(lower(preset("resnet50")))
    assert fields["conv1"] == (7, 2)
    assert fields["maxpool"] == (11, 4)
    assert fields["layer1.0.conv2"] == (19, 4)
    assert fields["layer4.2.relu3"].jump == 32
    assert fields["avgpool"].size is None
    assert fields["fc"].size is None


def test_the_field_may_be_larger_than_the_image():
    spec = preset("resnet18").model_copy(update={"image_size": 32})
    assert receptive_field(lower(spec)) == 435


def test_on_a_map_of_one_position_strides_may_differ():
    stages = [{"depth": 1, "width": 4, "stride": 2, "block": {"kind": "plain"}}] * 3
    last = {"depth": 1, "width": 4, "stride": 2, "block": {"kind": "basic", "shortcut": "identity"}}
    stem = {"width": 4, "kernel_size": 3, "stride": 1, "pool": False}
    spec = from_data({"image_size": 8, "stem": stem, "stages": [*stages, last]})
    assert cost(spec).receptive_field > 8
