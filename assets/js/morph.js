/**
 * Bring what is on the page to what it should be, and touch nothing that is so already: the
 * keyboard, a selection and a half-written number stay where they are.
 */

/** Give `live` the children of `wanted`; `kept` is a control whose value is being written. */
export function morphChildren(live, wanted, kept = null) {
  const [now, next] = [[...live.childNodes], [...wanted.childNodes]];
  for (let i = 0; i < Math.max(now.length, next.length); i += 1) {
    if (!next[i]) now[i].remove();
    else if (!now[i]) live.append(next[i]);
    else morph(now[i], next[i], kept);
  }
}

function morph(live, wanted, kept) {
  if (live.nodeName !== wanted.nodeName) live.replaceWith(wanted);
  else if (live.nodeType !== Node.ELEMENT_NODE) {
    if (live.data !== wanted.data) live.data = wanted.data;
  } else {
    attributes(live, wanted);
    morphChildren(live, wanted, kept);
    // The value of a control that was once written in no longer follows its attribute.
    if ("value" in wanted && live !== kept && live.value !== wanted.value) live.value = wanted.value;
  }
}

function attributes(live, wanted) {
  for (const { name } of [...live.attributes]) {
    if (!wanted.hasAttribute(name)) live.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (live.getAttribute(name) !== value) live.setAttribute(name, value);
  }
}
