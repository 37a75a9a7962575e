"""Eight-unit networks of every family in float64, and their paths one by one.

The brute force replaces the modules where ways meet by ones that let each copy of the image take
one way and block the other, and leaves everything else to autograd; which modules these are is
listed here by hand.
"""

from __future__ import annotations

from itertools import product

import torch
from torch import nn

from explorer.blocks.basic import Basic
from explorer.blocks.bottleneck import Bottleneck
from explorer.blocks.densenet import DenseNet
from explorer.blocks.dpn import DualPath
from explorer.blocks.highway import Highway
from explorer.blocks.iresnet import IResNet
from explorer.blocks.plain import Plain
from explorer.blocks.preact import PreAct
from explorer.blocks.res2net import Res2Net
from explorer.blocks.senet import SENet
from explorer.blocks.v2unit import V2Unit
from explorer.blocks.wide import Wide
from explorer.blocks.wider import Wider
from explorer.builder import Network, build
from explorer.spec import HeadSpec, NetworkSpec, StageSpec, StemSpec

BLOCKS = {
    "plain": Plain(),
    "basic A": Basic(shortcut="A"),
    "basic C, SE": Basic(shortcut="C", se=2),
    "basic, stochastic depth": Basic(survival=0.5),
    "bottleneck": Bottleneck(groups=2),
    "bottleneck, branches": Bottleneck(groups=2, form="a"),
    "preact": PreAct(),
    "res2net": Res2Net(scale=3, shortcut="D"),
    "iresnet": IResNet(),
    "wide": Wide(shortcut="A"),
    "wider": Wider(),
    "wider, pool": Wider(downsample="pool"),
    "densenet": DenseNet(),
    "dual path": DualPath(growth=3),
    "dual path, two ends": DualPath(growth=3, ending="two"),
    "senet": SENet(groups=2, se=4),
    "v2, exclusive gate": V2Unit(gate="exclusive", gate_bias=-1.0),
    "v2, shortcut gate": V2Unit(gate="shortcut", gate_bias=-1.0, ordering="bn_after_add"),
    "highway": Highway(gate_bias=-0.5),
}


def network_of(block, depths=(3, 3, 2), seed=0, width=6) -> Network:
    """Return a random network with settled batch norm in float64."""
    stages = tuple(
        StageSpec(depth=depth, width=width + 2 * i, stride=1 if i == 0 else 2, block=block)
        for i, depth in enumerate(depths)
    )
    stem = StemSpec(width=width, kernel_size=3, stride=1, pool=False)
    spec = NetworkSpec(image_size=8, stem=stem, stages=stages, head=HeadSpec(num_classes=5))
    return settled(spec, seed)


def settled(spec: NetworkSpec, seed: int = 0) -> Network:
    torch.manual_seed(seed)
    network = build(spec).double()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, std=0.2)
            nn.init.normal_(module.running_mean, std=0.3)
            nn.init.uniform_(module.running_var, 0.5, 2.0)
    return network.eval()


def images_for(network: Network, num=1, seed=1) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(num, *network.graph.input_shape, generator=generator, dtype=torch.float64)


def autograd(network: Network, images: torch.Tensor) -> torch.Tensor:
    x = images.clone().requires_grad_()
    logits = network(x)
    loss = nn.functional.cross_entropy(logits, logits.argmax(1), reduction="none")
    return torch.autograd.grad(loss.reshape(len(x), -1).mean(1).sum(), x)[0]


def only(x, on):
    """Return x whose gradient passes in the copies that are on."""
    on = on.to(x.dtype)[:, None, None, None]
    return x * on + (x * (1 - on)).detach()


class Meeting(nn.Module):
    """The addition: branch first, shortcut last."""

    def __init__(self, on):
        super().__init__()
        self.on = on

    def forward(self, branch, shortcut):
        return only(branch, self.on) + only(shortcut, ~self.on)


class Joining(Meeting):
    """The concatenation: what is added to the channels comes last."""

    def forward(self, *parts):
        kept = [only(part, ~self.on) if self.masks_kept else part for part in parts[:-1]]
        return torch.cat([*kept, only(parts[-1], self.on)], dim=1)

    masks_kept = True


class Carrying(Meeting):
    """A gate on the shortcut: the signal when passing, what comes through the gate otherwise."""

    def forward(self, signal, gate):
        value = signal * gate
        through_gate = signal.detach() * only(gate, self.on)
        return only(signal, ~self.on) * gate.detach() + through_gate - value.detach()


def brute_force(network: Network, image: torch.Tensor):
    """Return which units each path goes through, (P, n), and its gradient, (P, C, H, W)."""
    blocks = network.graph.blocks
    choices = [(True,) if block.merge is None else (False, True) for block in blocks]
    ways = torch.tensor(list(product(*choices)))
    modules = dict(network.named_modules())
    for i, block in enumerate(blocks):
        on, prefix = ways[:, i], block.address
        if block.merge is None:
            continue
        gated = f"{prefix}.gate.carry" in modules
        if gated:
            modules[f"{prefix}.gate.carry"] = Carrying(on)
            modules[f"{prefix}.add"] = _Gated(on)
        elif f"{prefix}.concat" in modules and block.merge.endswith("concat"):
            joining = Joining(on)
            if f"{prefix}.add" in modules:
                modules[f"{prefix}.add"] = Meeting(on)
                joining = _Dual(on)
            modules[block.merge] = joining
        else:
            modules[block.merge] = Meeting(on)
    masked = Network(network.graph, modules).eval()
    x = image.expand(len(ways), *image.shape[1:]).clone().requires_grad_()
    logits = masked(x)
    loss = nn.functional.cross_entropy(logits, logits.argmax(1), reduction="sum")
    return ways, torch.autograd.grad(loss, x)[0]


class _Gated(Meeting):
    """The addition after a gated shortcut, which is masked already."""

    def forward(self, branch, carried):
        return only(branch, self.on) + carried


class _Dual(Joining):
    """The concatenation of a dual-path unit: its sum is masked already, its dense part is not."""

    def forward(self, total, dense, new):
        return torch.cat([total, only(dense, ~self.on), only(new, self.on)], dim=1)
