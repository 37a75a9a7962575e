"""The methods: what each computes, who proposed it, and where it is not sound.

Importing this module needs no torch: a rule works on the tensors it is given, and the methods that
run the network themselves are named as ``module:function``, like the kinds of jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from explorer.address import INPUT
from explorer.errors import ExplorerError
from explorer.words import _

if TYPE_CHECKING:
    from torch import Tensor

    from explorer.address import Address

MapRule = Callable[["Tensor", "Tensor"], "Tensor"]
"""From activations and gradients, both (N, C, h, w), to signed maps (N, h, w)."""


@dataclass(frozen=True)
class Method:
    """One way to say where a network looks.

    Attributes:
        title: What it is called.
        summary: One line about it.
        definition: The formula, in words and symbols.
        paper: Who proposed it.
        limits: Where it is not sound.
        rule: What it computes from one forward and one backward pass; None where it needs more.
        runs: ``module:function`` of a method that runs the network itself; empty with a rule.
        reads: ``layer``: on the grid of the chosen layer; ``image``: on the image's own pixels,
            whatever the layer.
        is_class_specific: Whether the map depends on the class that is explained.
        is_long: Whether it takes many passes, and belongs in a background job.
    """

    title: str
    summary: str
    definition: str
    paper: str
    limits: str
    rule: MapRule | None = None
    runs: str = ""
    reads: Literal["layer", "image"] = "layer"
    is_class_specific: bool = True
    is_long: bool = False

    def place(self, address: Address) -> Address:
        """Return where the map is read when the layer at an address is asked for."""
        return INPUT if self.reads == "image" else address

    @property
    def resolution(self) -> str:
        """Return what one value of the map stands for."""
        if self.reads == "image":
            return "one value for each pixel of the image"
        return "one value for each cell of the layer's grid"


def gradcam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weight each channel by its mean gradient (Selvaraju et al. 2017, before the ReLU)."""
    return (activations * gradients.mean((2, 3), keepdim=True)).sum(1)


def hirescam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weight each value by its own gradient (Draelos and Carin 2020, before the ReLU)."""
    return (activations * gradients).sum(1)


def layercam(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weight each value by its own gradient where that is positive (Jiang et al. 2021)."""
    return (activations * gradients.clamp(min=0)).sum(1)


def gradcam_plus_plus(activations: Tensor, gradients: Tensor) -> Tensor:
    """Weight positive gradients by how few places share them (Chattopadhay et al. 2018, eq. 19).

    With the score exp(y) of the paper its alpha is g^2 / (2 g^2 + sum(A) g^3) = 1 / (2 + sum(A) g)
    wherever g is not 0. The common factor exp(y) of all weights is left out. A denominator that
    is not positive, which only a layer with negative activations has, counts as no evidence.
    """
    total = activations.sum((2, 3), keepdim=True)
    denominator = 2 + total * gradients
    alpha = (denominator > 0) / denominator.where(denominator > 0, 1)
    weights = (alpha * gradients.clamp(min=0)).sum((2, 3), keepdim=True)
    return (activations * weights).sum(1)


METHODS: dict[str, Method] = {
    "gradcam": Method(
        "Grad-CAM",
        "Channels weighted by their mean gradient; for the last stage.",
        "L = Σ_k w_k A_k, where w_k is the mean over all places of the gradient of the logit.",
        "Selvaraju et al. 2017",
        "Averaging the gradient is exact only where the layer is pooled and then classified. "
        "Before the last stage it shows places that the network did not use.",
        gradcam,
    ),
    "hirescam": Method(
        "HiResCAM",
        "Every value weighted by its own gradient; for any stage.",
        "L = Σ_k A_k ⊙ ∂y/∂A_k. At the last stage it adds up to the logit without its bias.",
        "Draelos and Carin 2020",
        "Before the last stage later biases take part in the logit as well, so the map adds up "
        "to only a part of it; gradients of early stages are noisy.",
        hirescam,
    ),
    "layercam": Method(
        "LayerCAM",
        "Every value weighted by its positive gradient; for any stage.",
        "L = Σ_k A_k ⊙ max(∂y/∂A_k, 0).",
        "Jiang et al. 2021",
        "Negative gradients are left out, so evidence against the class is not seen and the map "
        "does not add up to the logit.",
        layercam,
    ),
    "gradcampp": Method(
        "Grad-CAM++",
        "Channels weighted by positive gradients, shared out over the places; for the last stage.",
        "L = Σ_k w_k A_k with w_k = Σ_ij α_ij max(g_ij, 0) and α = 1 / (2 + ΣA_k g).",
        "Chattopadhay et al. 2018",
        "The weights come from an exponential of the logit, which the network does not compute; "
        "the layer must not be negative. Before the last stage it has the limits of Grad-CAM.",
        gradcam_plus_plus,
    ),
    "eigencam": Method(
        "EigenCAM (not class-specific)",
        "The strongest pattern of the layer; the same for every class.",
        "L = A v, with v the first right singular vector of the activations (places × channels).",
        "Muhammad and Yeasin 2020",
        "It is not specific to a class and never looks at the classifier, so it cannot say what "
        "speaks for an answer.",
        runs="explorer.cam.eigen:eigencam",
        is_class_specific=False,
    ),
    "scorecam": Method(
        "Score-CAM",
        "Channels weighted by the score of the image masked with them; no gradient, many passes.",
        "L = Σ_k w_k A_k, where w is the softmax over channels of the logit of the image masked "
        "by channel k, enlarged and scaled to 0..1.",
        "Wang et al. 2020",
        "One forward pass for each channel. Masked images are unlike any that the network was "
        "trained on, and a softmax of logits often leaves a single channel.",
        runs="explorer.cam.masking:scorecam",
        is_long=True,
    ),
    "occlusion": Method(
        "Occlusion",
        "How much the logit falls when a square of the image is covered.",
        "At each pixel the mean, over the squares that cover it, of the logit before minus after.",
        "Zeiler and Fergus 2014",
        "Details finer than the square, an eighth of the image, are not resolved. The covered "
        "image is unlike any in training, and two objects that each suffice show nothing.",
        runs="explorer.cam.masking:occlusion",
        reads="image",
        is_long=True,
    ),
    "integrated_gradients": Method(
        "Integrated gradients",
        "Gradients gathered on the way from a plain image to this one.",
        "(x − x') ⊙ ∫ ∂y/∂x along the straight line from the mean colour x', by 50 steps of "
        "Gauss-Legendre; its sum is the logit minus that of x'.",
        "Sundararajan et al. 2017",
        "The answer depends on the plain image: what has the mean colour never counts. Maps of "
        "single pixels are noisy.",
        runs="explorer.cam.imagewise:integrated_gradients",
        reads="image",
        is_long=True,
    ),
    "guided_backprop": Method(
        "Guided backpropagation",
        "Gradients that pass each ReLU only where they are positive.",
        "The gradient of the logit by the image, with negative gradients set to 0 at every ReLU.",
        "Springenberg et al. 2015",
        "It fails the randomisation check of Adebayo et al. 2018: it draws edges of the image "
        "and hardly changes when the weights do. Do not read it as an explanation.",
        runs="explorer.cam.imagewise:guided_backprop",
        reads="image",
    ),
}


def method_of(name: str) -> Method:
    """Return a method by its key in ``METHODS``.

    Raises:
        ExplorerError: There is no such method.
    """
    if name not in METHODS:
        raise ExplorerError(
            _("There is no CAM method {name!r}.").format(name=name),
            _("Choose {names}.").format(names=", ".join(METHODS)),
        )
    return METHODS[name]


def recommended(name: str, *, is_last: bool) -> str:
    """Return the method to prefer at a layer where Grad-CAM or Grad-CAM++ is asked for.

    Args:
        name: What is asked for.
        is_last: Whether the layer is the last stage's.
    """
    return "hirescam" if name in {"gradcam", "gradcampp"} and not is_last else name
