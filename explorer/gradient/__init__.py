"""The gradient by path length, exact and sampled, and how strongly layers respond."""
