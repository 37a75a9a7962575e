"""The recipes of the papers, each with what is written there and nothing more.

Their lengths are those of the papers; a shorter training keeps the shape of the schedule, because
milestones and warm-up are shares of the whole. What papers do to photographs (random scale and
aspect, colour) is not offered; there images are shifted and flipped.
"""

from __future__ import annotations

from explorer.training.named_recipe import NamedRecipe
from explorer.training.recipe import Recipe

_FB = "fb.resnet.torch"

_HE2015 = Recipe(
    name="he2015_cifar",
    epochs=164,
    batch_size=128,
    nesterov=False,
    weight_decay=1e-4,
    decay_norm_and_bias=True,
    schedule="step",
    milestones=(0.5, 0.75),
    border="zero",
)
_TORCH = _HE2015.changed(nesterov=True)
"""What the Torch code that most later papers start from does."""
_PHOTOGRAPHS = _HE2015.changed(epochs=100, batch_size=256, milestones=(0.3, 0.6, 0.9))


def _named(name: str, title: str, line: str, source: str, recipe: Recipe) -> NamedRecipe:
    return NamedRecipe(name, title, line, source, recipe.changed(name=name))


PAPERS = (
    _named(
        "he2015_cifar",
        "ResNet, CIFAR",
        "SGD, 64,000 steps of 128 images, the rate divided by ten at 32,000 and 48,000.",
        "He et al. 2015, section 4.2: 64,000 steps are 164 epochs of 50,000 images",
        _HE2015,
    ),
    _named(
        "he2015_cifar_110",
        "ResNet-110, CIFAR",
        "As for the shallower ones, after 400 steps at a tenth of the rate.",
        "He et al. 2015, section 4.2",
        _HE2015.changed(warmup=400 / 64_000, warmup_shape="constant"),
    ),
    _named(
        "he2016_cifar",
        "ResNet v2, CIFAR",
        "Batches of 64 for 200 epochs, the rate divided by ten after 80 and 121.",
        f"KaimingHe/resnet-1k-layers, the schedule of {_FB}; the paper has batches of 128",
        _TORCH.changed(epochs=200, batch_size=64, milestones=(80 / 200, 121 / 200)),
    ),
    _named(
        "wrn",
        "Wide ResNet, CIFAR",
        "Nesterov momentum, the rate divided by five after 60, 120 and 160 of 200 epochs.",
        "Zagoruyko, Komodakis 2016, section 3",
        Recipe(
            epochs=200,
            batch_size=128,
            weight_decay=5e-4,
            decay_norm_and_bias=True,
            schedule="step",
            milestones=(0.3, 0.6, 0.8),
            gamma=0.2,
        ),
    ),
    _named(
        "wrn_svhn",
        "Wide ResNet, SVHN",
        "A rate of 0.01, divided by ten after 80 and 120 of 160 epochs; images as they are.",
        "Zagoruyko, Komodakis 2016, section 3",
        Recipe(
            epochs=160,
            batch_size=128,
            lr=0.01,
            weight_decay=5e-4,
            decay_norm_and_bias=True,
            schedule="step",
            milestones=(0.5, 0.75),
            flip="none",
            crop_padding=0,
        ),
    ),
    _named(
        "resnext",
        "ResNeXt, CIFAR",
        "300 epochs with a weight decay of 0.0005, the rate divided by ten after 1/2 and 3/4.",
        "Xie et al. 2016 and facebookresearch/ResNeXt",
        _TORCH.changed(epochs=300, weight_decay=5e-4),
    ),
    _named(
        "resnext_imagenet",
        "ResNeXt, ImageNet",
        "Batches of 256, the rate divided by ten after every 30 of 90 epochs.",
        f"Xie et al. 2016 by {_FB}",
        _PHOTOGRAPHS.changed(epochs=90, nesterov=True, milestones=(1 / 3, 2 / 3)),
    ),
    _named(
        "res2net",
        "Res2Net",
        "Batches of 256, the rate divided by ten after every 30 of 100 epochs.",
        "Gao et al. 2021, section 4.1, for ImageNet",
        _PHOTOGRAPHS,
    ),
    _named(
        "iresnet",
        "iResNet",
        "Batches of 256, the rate divided by ten after 30, 60 and 80 of 90 epochs.",
        "Duta et al. 2020 and iduta/iresnet, for ImageNet",
        _PHOTOGRAPHS.changed(epochs=90, milestones=(30 / 90, 60 / 90, 80 / 90)),
    ),
    _named(
        "wider_or_deeper",
        "Wider or Deeper",
        "Batches of 256, the rate falling in a straight line to zero in 90 epochs.",
        "Wu et al. 2016 and itijyou/ademxapp, for ImageNet",
        _PHOTOGRAPHS.changed(epochs=90, nesterov=True, schedule="linear"),
    ),
    _named(
        "densenet",
        "DenseNet, CIFAR",
        "Batches of 64 for 300 epochs, the rate divided by ten after 1/2 and 3/4.",
        f"Huang et al. 2017 and liuzhuang13/DenseNet on {_FB}",
        _TORCH.changed(epochs=300, batch_size=64),
    ),
    _named(
        "highway",
        "Highway, CIFAR",
        "A rate of 0.025, divided by ten after 1/2, 3/4 and 7/8 of 200,000 steps of 100 images.",
        "Srivastava et al. 2015: the solver of flukeskywalker/highway-networks, 400 epochs",
        Recipe(
            epochs=400,
            batch_size=100,
            lr=0.025,
            weight_decay=1e-3,
            schedule="step",
            milestones=(0.5, 0.75, 0.875),
            border="zero",
        ),
    ),
    _named(
        "stochastic_depth",
        "Stochastic depth, CIFAR",
        "As ResNet with Nesterov momentum, for 500 epochs, since half of the blocks are left out.",
        "Huang et al. 2016 and yueatsprograms/Stochastic_Depth",
        _TORCH.changed(epochs=500),
    ),
)
