"""Class activation maps: where the score of one class is sensitive, at one layer.

``layers``, ``methods`` and ``compare`` import no torch and may be used anywhere; ``core``,
``pair`` and ``task`` do the computing and belong in a compute process or on the command line.
"""
