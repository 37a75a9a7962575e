"""How the entries of ``tests/reference.json`` are called here."""

import re

_PATTERNS: tuple[tuple[str, str], ...] = (
    (r"timm/((?:legacy_)?(?:seresnet\d+|seresnext\d+_32x4d|senet154))", r"\1"),
    (r"timm/(res2net\d+d)", r"\1"),
    (r"imagenet/se-(res2net50_26w_4s)", r"se_\1"),
    (r"cifar100/res2next29-(\d)cx(\d+)wx(\d)s", r"res2next29_\1c\2w\3s"),
    (r"timm/resnetv2_(\d+)", r"preact_resnet\1"),
    (r"(?:torchvision|timm|iduta)/((?:wide_)?resnet[\d_]+|resnext\d+_\d+x\d+d)", r"\1"),
    (r"iduta/(i?res(?:stage|net|group|groupfix)\d+)", r"\1"),
    (r"imagenet/wider-or-deeper-model-A-trunk", r"wider_or_deeper_a"),
    (r"imagenet/wider-or-deeper-model-A(\d?)", r"wider_or_deeper_a\1"),
    (r"segm/fcrna-model-A1-2conv-cls(\d+)", r"wider_or_deeper_a1_seg\1"),
    (r"timm/(res2net\d+_\d+w_\d+s|res2next50)", r"\1"),
    (r"imagenet/(res2net\d+_\d+w_\d+s)", r"\1"),
    (r"(?:cifar|imagenet)/(plain\d+)", r"\1"),
    (r"cifar/(resnet\d+)-v1-(?:A|bottleneck-B)", r"\1"),
    (r"imagenet/(resnet\d+)-(?:B|v1\.5\(stride3x3\))", r"\1"),
    (r"cifar/(resnet\d+)-v1-B", r"\1_b"),
    (r"cifar/(resnet\d+)-v1-C", r"\1_c"),
    (r"imagenet/(resnet\d+)-A", r"\1_a"),
    (r"imagenet/(resnet\d+)-C", r"\1_c"),
    (r"imagenet/(resnet\d+)-v1-stride1x1\(original MSRA\)", r"\1_v1"),
    (r"cifar(?:100)?/preact(\d+)-(?:A|bottleneck-B)", r"preact_resnet\1"),
    (r"imagenet/preresnet(\d+)", r"preact_resnet\1"),
    (r"cifar(?:100)?/wrn-(\d+)-(\d+)(?:-B\(3,3\)(?:-N\d)?)?", r"wrn_\1_\2"),
    (r"cifar/(resnet110)-v1-1layer-A", r"\1_1layer"),
    (r"imagenet/wrn-(\d+)-1\.0", r"resnet\1"),
    (r"imagenet/wrn-(\d+)-(\d)\.0", r"wide_resnet\1_\2"),
    (r"imagenet/wrn-(\d+)-(\d)\.(\d)", r"wide_resnet\1_\2_\3"),
    (r"(?:cifar(?:100)?|imagenet)/resnext(\d+)-(\d+x\d+d)", r"resnext\1_\2"),
    (r"(?:torchvision|timm)/(densenet\d+d?|dpn\d+b?)", r"\1"),
    (r"cifar/densenet-L(\d+)-k(\d+)", r"densenet_\1_\2"),
    (r"cifar/densenet-BC-L(\d+)-k(\d+)", r"densenet_bc_\1_\2"),
)


def preset_of(entry: str) -> str:
    """Return the name of the preset that an entry is about."""
    if match := re.fullmatch(r"cifar/wrn-(\d+)-2-B\(([13,]+)\)(?:-N(\d))?", entry):
        n, kernels, blocks = match[1], match[2].replace(",", ""), match[3]
        if kernels != "33":
            # Only with three convolutions do the two rules of depth differ.
            return f"wrn_{n}_2_b{kernels}" + (f"_n{blocks}" if blocks and len(kernels) == 3 else "")
    for pattern, name in _PATTERNS:
        if match := re.fullmatch(pattern, entry):
            return match.expand(name)
    raise LookupError(entry)


def num_classes(entry: str) -> int | None:
    """Return the classes of an entry that differs from its preset in them only."""
    return 100 if entry.startswith("cifar100/") else None
