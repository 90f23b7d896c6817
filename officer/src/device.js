import { isOlder, open } from './bundle.js';
import { Refused } from './refused.js';

/** What this device knows of the register, and what time it is here at least. */

const FETCH_WITHIN_MS = 20_000;
/** A bundle may have a megabyte: not with every page. */
const FETCH_EVERY_MS = 5 * 60_000;

/**
 * The highest time ever seen: a clock set back revives nothing.
 * @param {import('./store.js').Store} store
 * @param {number} clock
 */
export async function timeAtLeast(store, clock) {
  const highest = Math.max(clock, await store.get('highestTime') ?? 0);
  await store.put('highestTime', highest);
  return highest;
}

/**
 * The bundle kept here, verified again: whoever reaches the device's storage must not get further than that.
 * @param {import('./store.js').Store} store
 * @returns {Promise<import('./bundle.js').Bundle | null>}
 */
export async function keptBundle(store) {
  const kept = await store.get('bundle');
  return kept ? open(kept.jws, kept.keys).catch(() => null) : null;
}

/**
 * Takes up a bundle. One that goes back behind the one kept is refused.
 * @param {import('./store.js').Store} store
 * @param {{ jws: string, keys: string[] }} offered
 * @param {number} clock
 */
export async function takeUp(store, offered, clock) {
  const [bundle, kept] = [await open(offered.jws, offered.keys), await keptBundle(store)];
  if (kept && kept.register !== bundle.register) throw new Refused('bundleOtherRegister');
  if (kept && isOlder(bundle, kept)) throw new Refused('bundleReplayed');
  await store.put('bundle', { jws: offered.jws, keys: offered.keys });
  // The register's own moment: a clock that is behind it is wrong.
  await timeAtLeast(store, Math.max(clock, bundle.issuedAt));
  return bundle;
}

/** @param {string} address @returns {Promise<any>} null where the register does not answer or nobody is signed in */
function fetched(address) {
  const request = fetch(address, { cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(FETCH_WITHIN_MS) });
  return request.then((response) => (response.ok ? response.json() : null)).catch(() => null);
}

/**
 * Brings the device up to date: a bundle that is not of the last minutes, and who is signed in here.
 * @param {import('./store.js').Store} store
 * @param {{ always: boolean }} options whether to fetch the bundle whatever its age
 * @returns {Promise<{ officer: string, csrf: string } | null>} null where the register does not answer or nobody is signed in
 */
export async function refresh(store, { always }) {
  const signed = await fetched('/officer/offline/session');
  if (!signed) return null;
  const age = Date.now() - (await store.get('fetchedAt') ?? 0);
  // A clock that was set back makes an age below nothing.
  if (always || age < 0 || age > FETCH_EVERY_MS) {
    const offered = await fetched('/officer/offline/bundle');
    const taken = offered && await takeUp(store, offered, Date.now()).catch((error) => void console.warn(error));
    if (taken) await store.put('fetchedAt', Date.now());
  }
  await store.put('officer', signed.officer);
  return signed;
}
