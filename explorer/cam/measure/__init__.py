"""How well maps mark the object, and how much the network depends on what they mark.

``grid``, ``localisation``, ``agreement``, ``statistics`` and ``report`` work on arrays;
``faithfulness``, ``randomisation``, ``cues`` and ``localise`` run networks.
"""
