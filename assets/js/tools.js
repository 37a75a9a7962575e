/** The frame of the network picture: tools, view, table and hint. */

import { escape } from "./format.js";
import { deedsOf } from "./handles.js";

const LEVELS = ["stages", "blocks", "ops"];
let frames = 0;

/** Build the frame inside `root` and return its elements; tools act on `network`. */
export function frameOf(root, { labels, editable }, network) {
  frames += 1;
  const helpId = `rx-help-${frames}`;
  const help = editable ? `${labels.help} ${labels.help_change}` : labels.help;
  root.innerHTML = `<div class="rx" data-testid="network-picture">${toolsOf(labels)}`
    + '<div class="view"><style></style>'
    + `<svg role="group" aria-label="${escape(labels.network)}" aria-describedby="${helpId}">`
    + '<g class="world"></g><g class="key" aria-hidden="true"></g></svg>'
    + `<svg class="over" aria-hidden="true"></svg>${deedsOf(labels)}</div>`
    + '<div class="rows" data-testid="network-table" hidden></div>'
    + `<div class="tip" role="tooltip" hidden></div><p class="far" id="${helpId}">${escape(help)}</p></div>`;
  const find = (selector) => root.querySelector(selector);
  const actions = {
    in: () => network.move(1.3),
    out: () => network.move(1 / 1.3),
    fit: () => network.move(null),
    table: () => network.showTable(!network.isTable),
    save: () => network.save(),
  };
  for (const button of root.querySelectorAll("[data-tool]")) {
    button.onclick = actions[button.dataset.tool];
  }
  const radios = [...root.querySelectorAll("[data-level]")];
  radios.forEach((radio, i) => {
    radio.onclick = () => network.setLevel(radio.dataset.level);
    radio.onkeydown = ({ key }) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[key];
      if (!step) return;
      const next = radios[(i + step + radios.length) % radios.length];
      next.focus();
      next.click();
    };
  });
  return {
    view: find(".view"), svg: find(".view svg"), world: find(".world"), key: find(".key"),
    style: find(".view style"), list: find(".rows"), tip: find(".tip"),
    over: find(".over"), deeds: find(".deeds"),
  };
}

function toolsOf(labels) {
  const radio = (level) => `<button type="button" role="radio" data-level="${level}"`
    + ` data-testid="level-${level}">${escape(labels[level])}</button>`;
  const tool = (name, words, hint = "", style = "") => `<button type="button" data-tool="${name}"`
    + ` data-testid="tool-${name}" class="${style}"`
    + `${hint ? ` aria-label="${escape(hint)}" title="${escape(hint)}"` : ""}>${escape(words)}</button>`;
  return '<div class="tools" role="toolbar">'
    + `<span class="note">${escape(labels.zoom)}</span>`
    + `<div class="seg" role="radiogroup" aria-label="${escape(labels.zoom)}">`
    + `${LEVELS.map(radio).join("")}</div><span class="space"></span>`
    + tool("out", "−", labels.zoom_out, "camera") + tool("fit", labels.fit, "", "camera")
    + tool("in", "+", labels.zoom_in, "camera")
    + tool("table", labels.table) + tool("save", labels.save) + "</div>";
}

/** Show on the tools what is chosen. */
export function press(network) {
  for (const radio of network.root.querySelectorAll("[data-level]")) {
    const isChosen = radio.dataset.level === network.level;
    radio.setAttribute("aria-checked", String(isChosen));
    radio.tabIndex = isChosen ? 0 : -1;
  }
  const table = network.root.querySelector('[data-tool="table"]');
  table.setAttribute("aria-pressed", String(network.isTable));
  for (const tool of network.root.querySelectorAll(".camera")) tool.disabled = network.isTable;
}
