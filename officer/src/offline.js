import { judge } from './answer.js';
import { grade } from './bundle.js';
import { offerCamera } from './camera.js';
import { keptBundle, refresh, timeAtLeast } from './device.js';
import { asScanned, loadLayouts } from './keyboard.js';
import { offerControl, showWaiting } from './offline-control.js';
import { poster, send } from './queue.js';
import { showAnswer } from './offline-answer.js';
import { openStore } from './store.js';
import { element, moment, say } from './words.js';

/** The page for the hours without a network. */

const form = /** @type {HTMLFormElement} */ (document.getElementById('ask'));
// Said until this runs, for browsers in which it does not.
document.getElementById('no-script').remove();
const store = await openStore();
const layouts = await loadLayouts();

/** Says what the device knows and how old that is. */
async function showGrade() {
  const bundle = await keptBundle(store);
  const now = await timeAtLeast(store, Date.now());
  const shown = document.getElementById('grade');
  const kind = bundle ? grade(bundle, now) : 'missing';
  shown.className = `note ${kind}`;
  shown.dataset.grade = kind;
  shown.replaceChildren(element('strong', say(`offline-grade-${kind}`)));
  if (bundle) {
    shown.append(` ${say('offline-as-of')} ${moment(bundle.issuedAt)}. ${say('offline-good-until')} ${moment(bundle.validUntil)}.`);
  }
  return { bundle, now };
}

/** @param {string} typed */
async function ask(typed) {
  const started = performance.now();
  const { bundle, now } = await showGrade();
  const answer = await judge(await asScanned(typed, layouts), bundle, now);
  document.documentElement.dataset.answeredWithin = String(performance.now() - started);
  showAnswer(answer, bundle, now);
  offerControl(store, answer, await store.get('officer'));
}

form.addEventListener('submit', (event) => {
  event.preventDefault();
  ask(form.elements.namedItem('text').value);
});
offerCamera(form);
document.getElementById('refresh').addEventListener('click', () => bringUpToDate({ always: true }));

/** Where there is a network after all. @param {{ always: boolean }} options */
async function bringUpToDate(options) {
  const signed = await refresh(store, options).catch(() => null);
  if (signed) await send(store, signed.officer, poster(signed.csrf));
  document.getElementById('online').hidden = !signed;
  await showGrade();
  await showWaiting(store);
}

await showGrade();
await showWaiting(store);
// What was typed on the page that the network left: in the part of the address that is sent to nobody.
const typed = decodeURIComponent(location.hash.slice(1));
if (typed) {
  history.replaceState(null, '', location.pathname);
  form.elements.namedItem('text').value = typed;
  await ask(typed);
}
document.documentElement.setAttribute('data-ready', '');
bringUpToDate({ always: false });
