"""What can be said about a graph without running it: costs, receptive field, paths, measures."""
