import { numberOf } from './number.js';
import { record } from './queue.js';
import { element, moment, say } from './words.js';

/** Recording a control without a network, and what waits to be sent. */

const form = /** @type {HTMLFormElement} */ (document.getElementById('control'));

/** What was filled in; what was left open was not looked at. @param {FormData} data @param {object} of */
function reportOf(data, of) {
  const filled = [...data].map(([name, value]) => [name, String(value).trim()]).filter(([, value]) => value !== '');
  return { ...Object.fromEntries(filled), ...of };
}

/**
 * Offers the form for the paper that was judged.
 * @param {import('./store.js').Store} store
 * @param {import('./answer.js').Answer} answer
 * @param {string | undefined} officer
 */
export function offerControl(store, answer, officer) {
  form.hidden = !(answer.digest || answer.declaration) || !officer;
  if (form.hidden) return;
  form.reset();
  const of = answer.digest ? { certificate: numberOf(answer.digest) } : { declaration: answer.declaration };
  form.onsubmit = async (event) => {
    event.preventDefault();
    await record(store, officer, reportOf(new FormData(form), of), new Date());
    form.hidden = true;
    await showWaiting(store);
    document.getElementById('waiting').focus();
  };
}

/** @param {import('./store.js').Store} store */
export async function showWaiting(store) {
  const waiting = await store.waiting();
  const officer = await store.get('officer');
  const section = document.getElementById('waiting');
  section.hidden = waiting.length === 0;
  section.querySelector('ul').replaceChildren(...waiting.map((control) => item(store, control, officer)));
}

/** @param {import('./store.js').Store} store @param {import('./queue.js').Waiting} control @param {string} officer */
function item(store, control, officer) {
  const { certificate, declaration, recordedAt } = control.report;
  const state = control.state === 'waiting' && control.officer !== officer ? 'other' : control.state;
  const shown = element('li', `${certificate ?? declaration}, ${moment(Date.parse(recordedAt))}: ${say(`offline-control-${state}`)}`);
  shown.dataset.state = state;
  if (control.reason) shown.append(` ${control.reason}`);
  if (control.state === 'refused' || control.state === 'conflict') {
    const seen = element('button', say('offline-control-seen'), { type: 'button', class: 'small' });
    seen.addEventListener('click', async () => {
      await store.drop(control.id);
      await showWaiting(store);
    });
    shown.append(' ', seen);
  }
  return shown;
}
