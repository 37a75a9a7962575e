"""The dense layer: what it computes is kept beside its input, not added (Huang et al. 2017).

A stage of width k is a dense block of growth rate k. The transition, which compresses and
halves, is the first thing in the first layer of every later stage. With a bottleneck and
compression it is DenseNet-BC, with neither the plain DenseNet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, final

from pydantic import Field

from explorer.block import RELU, BlockParams, Place, conv1x1
from explorer.ir.ops import AvgPool2d, BatchNorm2d, Conv2d, Dropout

if TYPE_CHECKING:
    from explorer.ir.graph import GraphBuilder, Value


@final
class DenseNet(BlockParams):
    """y = [x, F(x)] with F = W2 ReLU BN W1 ReLU BN; F gives k channels, the growth rate."""

    kind: Literal["densenet"] = "densenet"
    bottleneck: Annotated[
        int,
        Field(
            ge=0,
            le=16,
            title="Bottleneck",
            description="A 1×1 convolution to this many times the growth rate before the 3×3 "
            "(4 in DenseNet-B); 0 is none.",
        ),
    ] = 4
    compression: Annotated[
        float,
        Field(
            ge=0.05,
            le=1,
            multiple_of=0.05,
            title="Compression",
            description="Share of the channels that the transition before a later stage keeps "
            "(0.5 in DenseNet-C).",
        ),
    ] = 0.5
    dropout: Annotated[
        float,
        Field(
            ge=0,
            le=0.9,
            multiple_of=0.05,
            title="Dropout",
            description="After the last convolution of a layer; 0.2 in the paper where data are "
            "not augmented.",
        ),
    ] = 0.0
    title: ClassVar[str] = "Dense layer"
    reference: ClassVar[str] = "Huang et al. 2017, Densely Connected Convolutional Networks"
    formula: ClassVar[str] = "y = [x, F(x)]"
    activates_before: ClassVar[bool] = True

    @property
    def varies(self) -> bool:
        """Return True: every layer reads more channels than the one before it."""
        return True

    @property
    def num_layers(self) -> int:
        """Return 1 or, with a bottleneck, 2; the transition counts by itself."""
        return 2 if self.bottleneck else 1

    def layers_at(self, place: Place) -> int:
        """Return the weight layers in series, that of a transition included."""
        return self.num_layers + self._has_transition(place)

    def out_channels(self, width: int) -> None:
        """Return None: each layer appends ``width`` channels to those it reads."""

    def lower(self, b: GraphBuilder, x: Value, place: Place) -> Value:
        """List the transition where there is one, F and the concatenation."""
        if self._has_transition(place):
            x = self._transition(b, x, place.stride)
        growth, index, out = place.width, 1, x
        if self.bottleneck:
            inner = self.bottleneck * growth
            out = b.add("conv1", conv1x1(x.shape[0], inner), _activate(b, out, index))
            index = 2
        conv = Conv2d(out.shape[0], growth)
        out = b.add(f"conv{index}", conv, _activate(b, out, index))
        if self.dropout:
            out = b.add("dropout", Dropout(self.dropout), out)
        return b.keep_shortcut(x, out)

    @staticmethod
    def _has_transition(place: Place) -> bool:
        return place.stride > 1 or (place.is_first and not place.is_first_in_network)

    def _transition(self, b: GraphBuilder, x: Value, stride: int) -> Value:
        kept = max(1, int(round(self.compression * x.shape[0], 6)))
        out = b.add("transition.norm", BatchNorm2d(x.shape[0]), x)
        out = b.add("transition.relu", RELU, out)
        out = b.add("transition.conv", conv1x1(x.shape[0], kept), out)
        if stride > 1:
            out = b.add("transition.pool", AvgPool2d(stride, stride), out)
        return out


def _activate(b: GraphBuilder, x: Value, index: int) -> Value:
    out = b.add(f"norm{index}", BatchNorm2d(x.shape[0]), x)
    return b.add(f"relu{index}", RELU, out)
