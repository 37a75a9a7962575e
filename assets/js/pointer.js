/** Mouse, pen and touch in the network picture: lift what can be moved, else pan and zoom. */

import { subjectOf } from "./arrange.js";
import { keepInView, zoom } from "./camera.js";
import { graspOf, Lift } from "./lift.js";

const DRAG = 4;
const HOLD_STILL = 9;
const LONG_PRESS = 380;

/** Let a network's picture answer to pointers. */
export function listenToPointer(network) {
  const { svg, view } = network;
  svg.onpointerdown = (event) => down(network, event);
  svg.oncontextmenu = (event) => {
    if (network.lift) event.preventDefault();
  };
  // What a finger has lifted must not scroll the page as well.
  const hold = (event) => network.lift && event.preventDefault();
  svg.addEventListener("touchmove", hold, { passive: false });
  view.onwheel = (event) => wheel(network, event);
}

/** A pointer goes down: it may click, lift a stage or block, or pan. */
function down(network, event) {
  network.wasDragged = false;
  if (event.button !== 0) return;
  const { svg, data } = network;
  const grasp = data.editable ? graspOf(event.target) : null;
  const subject = grasp && subjectOf(data.scene, grasp.address);
  const isTouch = event.pointerType === "touch";
  const pan = network.isNarrow || (subject && !isTouch) ? null : panFrom(network, event);
  const lift = (at) => {
    network.wasDragged = true;
    network.hideHint();
    svg.setPointerCapture(event.pointerId);
    network.lift = new Lift(network, subject, at);
  };
  const press = subject && isTouch ? setTimeout(() => lift(event), LONG_PRESS) : 0;
  svg.onpointermove = (to) => {
    if (network.lift) return network.lift.move(to);
    const far = Math.hypot(to.clientX - event.clientX, to.clientY - event.clientY);
    if (far > HOLD_STILL) clearTimeout(press);
    if (network.wasDragged) return pan?.(to);
    if (far < (isTouch ? HOLD_STILL : DRAG)) return undefined;
    return subject && !isTouch ? lift(to) : pan?.(to);
  };
  const end = (isDone) => {
    clearTimeout(press);
    svg.onpointermove = null;
    svg.classList.remove("moving");
    network.drop(isDone);
  };
  svg.onpointerup = () => end(true);
  svg.onpointercancel = () => end(false);
}

function panFrom(network, event) {
  const { x, y } = network.camera;
  return (to) => {
    if (!network.wasDragged) network.svg.setPointerCapture(event.pointerId);
    network.wasDragged = true;
    network.svg.classList.add("moving");
    const [dx, dy] = [to.clientX - event.clientX, to.clientY - event.clientY];
    see(network, { ...network.camera, x: x + dx, y: y + dy });
  };
}

function wheel(network, event) {
  if (network.isNarrow || network.lift) return;
  const isSideways = Math.abs(event.deltaX) > Math.abs(event.deltaY);
  if (!event.ctrlKey && !event.metaKey && !isSideways) return;
  event.preventDefault();
  const { camera } = network;
  const box = network.view.getBoundingClientRect();
  const at = [event.clientX - box.x, event.clientY - box.y];
  see(network, isSideways
    ? { ...camera, x: camera.x - event.deltaX }
    : zoom(camera, Math.exp(-event.deltaY / 300), at));
}

/** Look from where the reader has moved to. */
function see(network, camera) {
  network.isMoved = true;
  network.hideHint();
  network.camera = keepInView(camera, network.picture, network.frame);
  network.apply();
}
