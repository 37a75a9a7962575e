"""Class activation maps: where the features of a layer are active that raise a class's score.

``layers``, ``methods`` and ``compare`` import no torch and may be used anywhere; ``core``,
``pair`` and ``task`` do the computing and belong in a compute process or on the command line.
"""
