/** A scene as Python sends it; `explorer/figures/packed.py` is the inverse. */

/** Return a scene whose templates hold their drawings again. */
export function unpacked(scene) {
  const templates = scene.templates.map((template) => ({ ...template, ...scene.looks[template.look] }));
  return { ...scene, templates };
}
