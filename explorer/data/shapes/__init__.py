"""A procedural set with exact masks: eight classes of equal area, at three object sizes.

Its purpose is measuring. Class and size are crossed in a balanced factorial and every other
factor is sampled independently, so what a network gets wrong at one size, or where its class
activation map lies, can be told apart from what the picture happened to look like. Independent
factors follow dSprites (Matthey et al. 2017); exact masks for maps follow CLEVR-XAI (Arras et
al. 2022); the marker that gives the class away follows the idea of BAM (Yang and Kim 2019).
"""

from explorer.data.shapes.config import PRESETS, ShapesConfig
from explorer.data.shapes.render import draw, render
from explorer.data.shapes.scene import Scene, sample

__all__ = ["PRESETS", "Scene", "ShapesConfig", "draw", "render", "sample"]
