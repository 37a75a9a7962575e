"""Thin scripts, one for each page: they compose, they never compute."""
