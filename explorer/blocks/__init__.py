"""The block families: one file each, mutually ignorant; this union is the list of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, get_args

from pydantic import Field

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

if TYPE_CHECKING:
    from explorer.block import BlockParams

Families = (
    Plain
    | Basic
    | Bottleneck
    | PreAct
    | Res2Net
    | IResNet
    | Wider
    | DenseNet
    | DualPath
    | SENet
    | V2Unit
    | Wide
    | Highway
)
AnyBlock = Annotated[Families, Field(discriminator="kind")]

FAMILIES: dict[str, type[BlockParams]] = {
    family.model_fields["kind"].default: family for family in get_args(Families)
}
"""Every family by its kind."""
