/** What is chosen above the live curves, and figures that are redrawn under the reader's hand. */

import { html } from "./marks.js";

const SMOOTHEST = 0.98;

/** Fill the bar of choices once; where Python sends no words for it, there is none. */
export function tools(view, redraw) {
  const { tools: words } = view.data;
  if (!words) {
    view.bar.replaceChildren();
    return;
  }
  if (view.bar.dataset.words === words.smooth) return;
  view.bar.dataset.words = words.smooth;
  const { settings } = view;
  const slider = html("input", {
    type: "range", min: 0, max: SMOOTHEST, step: 0.02, value: settings.smooth, "aria-label": words.smooth,
    oninput: () => {
      settings.smooth = Number(slider.value);
      redraw();
    },
  });
  slider.value = settings.smooth;
  view.bar.replaceChildren(
    html("label", { title: words.smoothHint }, words.smooth, slider),
    box(settings, "log", words.log, words.logHint, redraw),
    box(settings, "more", words.more, words.moreHint, redraw),
  );
}

function box(settings, name, label, hint, redraw) {
  const input = html("input", {
    type: "checkbox",
    onchange: () => {
      settings[name] = input.checked;
      redraw();
    },
  });
  input.checked = settings[name];
  return html("label", { title: hint }, input, label);
}

/**
 * Put figures in place of those that are shown. An `svg` that is there stays there: the keyboard
 * and the pointer are on it.
 */
export function keepFigure(place, figures) {
  const known = new Map([...place.children].map((figure) => [figure.dataset.testid, figure]));
  const wanted = figures.map((fresh) => {
    const old = known.get(fresh.dataset.testid);
    if (!old) return fresh;
    const [from, to] = [fresh.querySelector("svg"), old.querySelector("svg")];
    for (const { name, value } of from.attributes) to.setAttribute(name, value);
    for (const on of ["onpointermove", "onpointerleave", "onblur", "onkeydown"]) to[on] = from[on];
    to.replaceChildren(...from.childNodes);
    if (!old.contains(document.activeElement) && !old.querySelector("select:focus")) {
      old.querySelector("figcaption").replaceWith(fresh.querySelector("figcaption"));
    }
    return old;
  });
  const shown = [...place.children];
  if (wanted.length !== shown.length || wanted.some((figure, i) => figure !== shown[i])) place.replaceChildren(...wanted);
}
