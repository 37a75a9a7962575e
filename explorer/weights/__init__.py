"""Weights in and out: our own runs, and state dicts of other libraries."""

from explorer.weights.runs import load_run, save

__all__ = ["load_run", "save"]
