/**
 * What lights up everywhere on the page: a network or run that the pointer or the keyboard is at.
 *
 * Components and plain tables (`data-rx-light="key"`) share one event of the document, so that no
 * rerun is needed and none has to know the others.
 */

const EVENT = "rx-light";
const ATTRIBUTE = "data-rx-light";
let now = null;

/** Light what belongs to a key; null puts the light out. */
export function shine(key) {
  if (key === now) return;
  now = key;
  document.dispatchEvent(new CustomEvent(EVENT, { detail: key }));
}

/** Call `act` with every key that is lit; returns what ends that. */
export function listenForLight(act) {
  const hear = ({ detail }) => act(detail);
  document.addEventListener(EVENT, hear);
  return () => document.removeEventListener(EVENT, hear);
}

/** Return the key of what stands at a target of an event, or null. */
export function keyAt(target) {
  return target?.closest?.(`[${ATTRIBUTE}]`)?.getAttribute(ATTRIBUTE) ?? null;
}

if (typeof document !== "undefined") {
  document.addEventListener("pointerover", (event) => {
    // Components that light by themselves have done so already.
    if (event.composedPath().some((node) => node.dataset?.rxLights !== undefined)) return;
    const key = keyAt(event.target);
    if (key !== null || document.querySelector(".rx-lit")) shine(key);
  });
  listenForLight((key) => {
    for (const item of document.querySelectorAll(`[${ATTRIBUTE}]`)) {
      item.classList.toggle("rx-lit", key !== null && item.getAttribute(ATTRIBUTE) === key);
    }
  });
}
