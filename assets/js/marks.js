/** Elements, and the mark of a compared network: a disc, square, triangle or diamond. */

const SVG = "http://www.w3.org/2000/svg";

/** The dash of the line of network A, B, C, D. */
export const DASHES = ["", "9 4", "4 3", "1.5 3"];

/** Return an SVG element. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [k, v] of Object.entries(attributes)) node.setAttribute(k, v);
  node.append(...children);
  return node;
}

/** Return an HTML element; attributes that begin with `on` are its listeners. */
export function html(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [k, v] of Object.entries(attributes)) {
    if (k.startsWith("on")) node[k] = v;
    else node.setAttribute(k, v);
  }
  node.append(...children);
  return node;
}

/** Return the mark of a network, in its colour. */
export function mark(i, x = 6, y = 6, r = 5) {
  const shape = [
    () => element("circle", { cx: x, cy: y, r }),
    () => element("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r }),
    () => element("path", { d: `M${x} ${y - r}L${x + r} ${y + r}L${x - r} ${y + r}Z` }),
    () => element("path", { d: `M${x} ${y - r}L${x + r} ${y}L${x} ${y + r}L${x - r} ${y}Z` }),
  ][i % 4]();
  shape.setAttribute("class", `fill${i % 4}`);
  return shape;
}
