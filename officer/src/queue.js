/** Controls recorded without a network: each has an id made here, so that sending one twice records it once. */

/** The most that wait on one device: weeks of work. */
const WAITING_MAX = 500;
const SEND_WITHIN_MS = 20_000;

/**
 * @typedef {{ id: string, officer: string, report: object, state: 'waiting' | 'refused' | 'conflict', reason?: string }} Waiting
 */

/**
 * Keeps a report until it is sent.
 * @param {import('./store.js').Store} store
 * @param {string} officer who recorded it: nobody else sends it in his name
 * @param {object} report
 * @param {Date} at
 */
export async function record(store, officer, report, at) {
  if ((await store.waiting()).length >= WAITING_MAX) throw new Error('too many controls wait on this device');
  const id = crypto.randomUUID();
  const sent = { ...report, id, recordedAt: at.toISOString(), offline: true };
  await store.keep({ id, officer, report: sent, state: 'waiting' });
  return id;
}

/**
 * Sends what the officer who is signed in recorded. What arrives is forgotten here, unless it meets a control elsewhere:
 * that, and what is refused, stays until somebody has read it.
 * @param {import('./store.js').Store} store
 * @param {string} officer
 * @param {(report: object) => Promise<Response>} post
 */
export async function send(store, officer, post) {
  for (const waiting of await store.waiting()) {
    if (waiting.officer !== officer || waiting.state !== 'waiting') continue;
    const response = await post(waiting.report).catch(() => null);
    // No answer, a busy register, a session that ended meanwhile: later. Everything else is an answer.
    if (!response || response.status >= 500 || [401, 408, 429].includes(response.status)) return;
    const body = await response.json().catch(() => ({}));
    if (!response.ok) {
      await store.keep({ ...waiting, state: 'refused', reason: body.reason ?? body.title ?? String(response.status) });
    } else if (body.conflicts?.length > 0) {
      await store.keep({ ...waiting, state: 'conflict', reason: body.conflicts.map(({ customsOffice }) => customsOffice).join(', ') });
    } else {
      await store.drop(waiting.id);
    }
  }
}

/** Sends a report to the register. @param {string} csrf */
export function poster(csrf) {
  return (/** @type {object} */ report) => fetch('/officer/offline/controls', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-endmark-csrf': csrf },
    body: JSON.stringify(report),
    signal: AbortSignal.timeout(SEND_WITHIN_MS),
  });
}
