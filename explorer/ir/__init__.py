"""The closed vocabulary of primitive ops, and the graph made of them."""
