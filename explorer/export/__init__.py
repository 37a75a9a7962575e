"""A network as a file for other programs; only ``onnx`` needs torch."""
