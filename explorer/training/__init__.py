"""Training: recipes, one readable loop, checkpoints, and runs as folders.

``recipe``, ``recipes``, ``schedule``, ``events`` and ``process`` import no torch.
"""
