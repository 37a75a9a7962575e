"""A scene on its way to the browser: what is drawn alike is sent once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from explorer.figures.architecture import Scene

DRAWN = ("box", "folds", "open", "behind")


def packed(scene: Scene) -> Scene:
    """Return a scene whose templates refer to ``looks``, the different drawings among them.

    Layers of a dense block differ in their channels, hence in costs and shapes, but are drawn
    alike; ``unpack`` in ``assets/js/packed.js`` is the inverse.
    """
    looks: dict[str, int] = {}
    templates: list[dict[str, Any]] = []
    for template in scene["templates"]:
        drawn = json.dumps({name: template[name] for name in DRAWN})
        look = looks.setdefault(drawn, len(looks))
        kept = {name: value for name, value in template.items() if name not in DRAWN}
        templates.append({**kept, "look": look})
    return {**scene, "templates": templates, "looks": [json.loads(drawn) for drawn in looks]}
