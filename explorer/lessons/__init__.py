"""Lessons: what they say, their experiments, recorded runs, result pages and worksheets."""
