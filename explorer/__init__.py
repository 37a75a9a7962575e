"""Residual Explorer: assemble, see, train and compare residual networks."""
