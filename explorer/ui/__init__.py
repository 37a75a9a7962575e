"""The only Streamlit code inside ``explorer``: frame, state, links, caches, forms, components."""
