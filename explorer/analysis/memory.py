"""Memory of training, predicted from the graph without building the network.

Counted, for one step at a batch size: parameters and batch norm's buffers; a gradient for each
parameter; what the optimiser keeps for each (SGD its momentum, AdamW two moments); the
activations that derivatives need, with images, labels and loss; and what is alive beside them at
the fullest moment of forward and backward pass: values that are still read, gradients of values,
and the copies that torch's convolutions make on a processor. Not counted: torch itself, the data
set, and the workspaces and reserves of a GPU.

bfloat16 is autocast: parameters, gradients and optimiser stay float32, feature maps are narrow,
and the weights of convolutions are copied to the narrow type once for each step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from explorer.analysis.tape import LOSS, THREADS, WIDE, replay
from explorer.errors import SpecError
from explorer.ir import ops
from explorer.words import _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from explorer.address import Address
    from explorer.ir.graph import Graph
    from explorer.ir.op import Op

Precision = Literal["float32", "bfloat16"]
Optimiser = Literal["sgd", "adamw"]
DEFAULT_BATCH_SIZE = 128
MAX_BATCH_SIZE = 4096
_COUNTER = 8
_ROOM = 0.06
"""What is added to the fullest moment, as a share of it: kernels differ between machines, and a
prediction that is too low costs a person a run."""

__all__ = ["LOSS", "TrainingMemory", "training_memory", "weight_bytes"]


@dataclass(frozen=True, slots=True)
class TrainingMemory:
    """Predicted memory of one training step; all sizes in bytes.

    Attributes:
        batch_size: Images.
        precision: Of the feature maps.
        optimiser: SGD with momentum, or AdamW.
        parameters: Weights, biases and the buffers of batch norm.
        gradients: One for each parameter.
        optimiser_state: What the optimiser keeps.
        kept: What is kept between forward and backward pass, by the node that made it; the
            images are at ``input``, loss and labels at ``loss``.
        temporary: What is alive beside it at the fullest moment, such as gradients of feature
            maps, with a little room.
    """

    batch_size: int
    precision: Precision
    optimiser: Optimiser
    parameters: int
    gradients: int
    optimiser_state: int
    kept: Mapping[Address, int]
    temporary: int

    @property
    def activations(self) -> int:
        """Return the bytes kept between forward and backward pass."""
        return sum(self.kept.values())

    @property
    def weights(self) -> int:
        """Return the bytes that do not depend on the batch size."""
        return self.parameters + self.gradients + self.optimiser_state

    @property
    def peak(self) -> int:
        """Return the most that a training step needs at once."""
        return self.weights + self.activations + self.temporary


def training_memory(
    graph: Graph,
    batch_size: int = DEFAULT_BATCH_SIZE,
    precision: Precision = "float32",
    optimiser: Optimiser = "sgd",
    threads: int = THREADS,
) -> TrainingMemory:
    """Return the predicted memory of training a network.

    Args:
        graph: The network, at the image size that it is trained with.
        batch_size: Images of one step.
        precision: float32, or bfloat16 under autocast.
        optimiser: SGD with momentum, or AdamW.
        threads: That convolve; on a processor some dilated convolutions need memory for each.

    Raises:
        SpecError: The batch size is out of range.
    """
    if not 1 <= batch_size <= MAX_BATCH_SIZE:
        raise SpecError(
            _("A batch of {n} images cannot be used.").format(n=batch_size),
            _("Choose a batch size from 1 to {most}.").format(most=MAX_BATCH_SIZE),
        )
    run = replay(graph, batch_size, narrow=precision == "bfloat16", threads=threads)
    ops_of = [node.op for node in graph.nodes.values()]
    params = sum(op.params for op in ops_of)
    return TrainingMemory(
        batch_size=batch_size,
        precision=precision,
        optimiser=optimiser,
        parameters=sum(map(_parameter_bytes, ops_of)),
        gradients=params * WIDE,
        optimiser_state=sum(_state_bytes(op, optimiser) for op in ops_of),
        kept=run.kept,
        temporary=run.peak - sum(run.kept.values()) + round(_ROOM * run.peak),
    )


def weight_bytes(op: Op, optimiser: Optimiser) -> int:
    """Return what training holds for the parameters of one op, gradients included [B]."""
    return _parameter_bytes(op) + op.params * WIDE + _state_bytes(op, optimiser)


def _parameter_bytes(op: Op) -> int:
    buffers = 2 * op.channels * WIDE + _COUNTER if isinstance(op, ops.BatchNorm2d) else 0
    return op.params * WIDE + buffers


def _state_bytes(op: Op, optimiser: Optimiser) -> int:
    if optimiser == "sgd":
        return op.params * WIDE
    # AdamW also counts its steps, once for each tensor.
    return 2 * op.params * WIDE + _num_tensors(op) * WIDE


def _num_tensors(op: Op) -> int:
    match op:
        case ops.Conv2d() | ops.Linear():
            return 1 + op.bias
        case ops.BatchNorm2d():
            return 2
        case _:
            return 0
