"""Pictures of networks: pure functions from a graph and a measure to a scene, and to SVG."""
