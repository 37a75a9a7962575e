/**
 * The list of trainings, read from the API without reruns of the page: where each stands, and what
 * can be done with it. Rows are morphed, so that neither a click nor the keyboard loses its place.
 */

import { mark } from "./marks.js";
import { morphChildren } from "./morph.js";
import { later } from "./patience.js";
import { listOf } from "./queue_rows.js";

const POLL_MS = 1000;
const IDLE_MS = 3000;
const ERROR_MS = 4000;
const NEWS_MS = 3000;
const mounted = new WeakMap();

/** Show what Python sent; called at every change of data or theme. Returns the clean-up. */
export function render({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".rx-queue");
  let view = mounted.get(root);
  if (!view) mounted.set(root, (view = create(root)));
  const isOther = view.data && (view.data.batch !== data.batch || view.data.kind !== data.kind);
  // What is told once is told again when the page has known something else meanwhile.
  if (view.data?.known !== data.known) view.told = "";
  view.tell = setTriggerValue;
  view.data = data;
  view.asked.clear();
  if (isOther) Object.assign(view, { jobs: null, next: "" });
  // As high as it will be, so that nothing below it jumps when the rows come.
  if (!view.jobs) root.style.minHeight = `${Math.min(460, 44 * data.rows)}px`;
  draw(view);
  if (data.bring) bring(root);
  if (!view.isWatched || isOther) watch(view);
  return () => {
    view.alive = false;
    mounted.delete(root);
  };
}

/** What was just asked for is seen, wherever on the page the button was. */
function bring(root) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => root.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" }));
}

function create(root) {
  const view = { root, alive: true, jobs: null, next: "", menu: "", asked: new Map(), ended: new Set(), toldAt: 0, turn: 0 };
  root.onclick = ({ target }) => {
    const button = target.closest("[data-do]");
    if (!button) return;
    const { do: deed, id } = button.dataset;
    // What is asked for is said at once; the list comes a second later.
    view.asked.set(id, deed);
    view.menu = "";
    draw(view);
    view.tell("deed", { do: deed, id });
  };
  root.onchange = ({ target }) => {
    if (target.matches("[data-tick]")) view.tell("deed", { do: target.checked ? "show" : "hide", id: target.dataset.tick });
  };
  root.addEventListener("toggle", ({ target }) => {
    if (!target.matches("details")) return;
    if (target.open) view.menu = target.dataset.menu;
    else if (view.menu === target.dataset.menu) view.menu = "";
    draw(view);
  }, true);
  root.onkeydown = (event) => {
    if (event.key !== "Escape" || !view.menu) return;
    root.querySelector(`[data-menu="${view.menu}"] summary`)?.focus();
    view.menu = "";
    draw(view);
  };
  return view;
}

async function read(view) {
  const { viewer, token, kind, batch, language } = view.data;
  const query = new URLSearchParams({ viewer, token: view.token ?? token, kind, batch, since: view.next, lang: language });
  const answer = await fetch(`/api/queue?${query}`);
  if (answer.status === 204) {
    view.token = answer.headers.get("X-Token") ?? view.token;
    return;
  }
  if (answer.status === 403) {
    // A computer that slept for a day: the page, drawn again, brings a new token.
    view.token = undefined;
    view.tell("news", Date.now());
  }
  if (!answer.ok) throw new Error(`list of trainings: ${answer.status}`);
  const news = await answer.json();
  Object.assign(view, { jobs: news.jobs, paused: news.paused, next: news.next, token: news.token });
  view.asked.clear();
  draw(view);
}

function watch(view) {
  view.isWatched = true;
  const turn = (view.turn += 1);
  const again = async () => {
    if (!view.alive || turn !== view.turn) return;
    let wait = POLL_MS;
    try {
      await read(view);
      tellNews(view);
      const isBusy = view.jobs.some(({ state }) => ["queued", "running"].includes(state));
      wait = isBusy ? POLL_MS : IDLE_MS;
    } catch {
      wait = ERROR_MS;
    }
    later(again, wait);
  };
  again();
}

/** The page is drawn again when a job has come, gone or ended that it does not know of. */
function tellNews(view) {
  const now = view.jobs.map(({ id, state }) => `${id}:${["queued", "running", "paused"].includes(state)}`).sort().join();
  if (now === view.data.known || now === view.told || Date.now() - view.toldAt < NEWS_MS) return;
  view.told = now;
  view.toldAt = Date.now();
  view.tell("news", now.length);
}

function draw(view) {
  const { root, data } = view;
  if (!view.jobs) return;
  root.style.minHeight = "";
  const wanted = document.createElement("template");
  wanted.innerHTML = listOf(view.jobs, { ...data, menu: view.menu, asked: view.asked, paused: view.paused ?? data.paused });
  morphChildren(root, wanted.content);
  for (const box of root.querySelectorAll("[data-tick]")) box.checked = data.shown.includes(box.dataset.tick);
  for (const sign of root.querySelectorAll("[data-sign]")) {
    const slot = data.shown.indexOf(sign.dataset.sign);
    sign.replaceChildren(...(slot < 0 ? [] : [mark(slot)]));
  }
}
