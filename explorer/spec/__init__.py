"""What a network is: the one value that graph, module, costs, pictures and link derive from."""

from explorer.spec.model import BlockOverride, HeadSpec, NetworkSpec, StageSpec, StemSpec

__all__ = ["BlockOverride", "HeadSpec", "NetworkSpec", "StageSpec", "StemSpec"]
