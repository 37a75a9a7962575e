"""Names of other libraries under our names."""

import pytest

from explorer.weights.keymaps import KEY_MAPS

MAPS = {key_map.title: key_map for key_map in KEY_MAPS}
DENSENET, DPN = MAPS["torchvision and timm densenet"], MAPS["timm dpn"]


@pytest.mark.parametrize(
    ("key_map", "theirs", "ours"),
    [
        (DENSENET, "features.conv0.weight", "conv1.weight"),
        (DENSENET, "features.norm0.running_var", "bn1.running_var"),
        (
            DENSENET,
            "features.denseblock2.denselayer12.norm1.bias",
            "layer2.11.norm1.bias",
        ),
        (DENSENET, "features.transition3.conv.weight", "layer4.0.transition.conv.weight"),
        (DENSENET, "features.norm5.weight", "norm.weight"),
        (DENSENET, "classifier.bias", "fc.bias"),
        (DPN, "features.conv1_1.bn.weight", "bn1.weight"),
        (DPN, "features.conv2_1.c1x1_w_s1.conv.weight", "layer1.0.projection.conv.weight"),
        (DPN, "features.conv4_20.c3x3_b.bn.weight", "layer3.19.bn2.weight"),
        (DPN, "features.conv5_3.c1x1_c.conv.weight", "layer4.2.conv3.weight"),
        (DPN, "features.conv5_3.c1x1_c2.weight", "layer4.2.conv3.dense.weight"),
        (DPN, "features.conv5_bn_ac.bn.bias", "norm.bias"),
    ],
)
def test_a_parameter_gets_our_name(key_map, theirs, ours):
    assert key_map.rename(theirs) == ours
