import { Refused } from './refused.js';

/** The register's bundle (docs/OFFLINE.md): read, verified, kept from going back, graded by its age. */

const BYTES_MAX = 4 * 1024 * 1024;
const NUMBER_BYTES = 10;

/**
 * @typedef {{ register: string, sequence: number, issuedAt: number, freshUntil: number, validUntil: number,
 *   timeZone: string, tokenKeys: import('./token.js').TokenKey[], complete: boolean, revoked: Uint8Array,
 *   replaced: Uint8Array, suspended: Uint8Array, manufacturersNotActive: string[] }} Bundle
 * @typedef {'fresh' | 'stale' | 'unusable'} Grade
 */

/** @param {string} text @returns {Uint8Array} */
function fromBase64Url(text) {
  if (!/^[\w-]*$/.test(text)) throw new Refused('bundleMalformed');
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0));
}

/** @param {Uint8Array} bytes */
function fromJson(bytes) {
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
}

/** The public key in a key string of the log (docs/LOG.md): `name+hash+base64(0x01 || key)`. @param {string} text */
function logKey(text) {
  const [register, hash, encoded] = text.split(/\+([0-9a-f]{8})\+/);
  const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
  if (bytes.length !== 33 || bytes[0] !== 1) throw new Refused('bundleKeyUnknown');
  return { register, hash, public: bytes.subarray(1) };
}

/** @param {object} object @param {string[]} names */
function hasExactly(object, names) {
  return Object.keys(object).sort().join() === [...names].sort().join();
}

/**
 * The bundle that one of these keys of the log signed.
 * @param {string} jws
 * @param {string[]} keys
 * @returns {Promise<Bundle>}
 */
export async function open(jws, keys) {
  try {
    return await opened(jws, keys);
  } catch (error) {
    // Whatever cannot be taken apart is no bundle.
    throw error instanceof Refused ? error : new Refused('bundleMalformed');
  }
}

/** @param {string} jws @param {string[]} keys */
async function opened(jws, keys) {
  const parts = jws.split('.');
  if (jws.length > BYTES_MAX || parts.length !== 3) throw new Refused('bundleMalformed');
  const [header, payload, signature] = parts.map(fromBase64Url);
  const { alg, typ, kid, ...others } = fromJson(header);
  if (alg !== 'EdDSA' || typ !== 'endmark-offline-bundle' || Object.keys(others).length > 0) {
    throw new Refused('bundleMalformed');
  }
  const key = keys.map(logKey).find(({ hash }) => hash === kid);
  if (!key) throw new Refused('bundleKeyUnknown');
  const publicKey = await crypto.subtle.importKey('raw', key.public, 'Ed25519', false, ['verify']);
  const signed = new TextEncoder().encode(`${parts[0]}.${parts[1]}`);
  if (!await crypto.subtle.verify('Ed25519', publicKey, signature, signed)) throw new Refused('bundleSignatureInvalid');
  return read(fromJson(payload), key.register);
}

const MEMBERS = ['version', 'register', 'sequence', 'issuedAt', 'freshUntil', 'validUntil', 'timeZone', 'tokenKeys',
  'certificates', 'manufacturersNotActive', 'regimesEdition'];

/** @param {any} payload @param {string} register @returns {Bundle} */
function read(payload, register) {
  const { certificates } = payload;
  const moments = [payload.issuedAt, payload.freshUntil, payload.validUntil].map(Date.parse);
  const good = hasExactly(payload, MEMBERS) && payload.version === 1 && payload.register === register
    && hasExactly(certificates, ['complete', 'revoked', 'replaced', 'suspended'])
    && Number.isSafeInteger(payload.sequence) && !moments.some(Number.isNaN)
    && typeof certificates.complete === 'boolean' && Array.isArray(payload.manufacturersNotActive);
  if (!good) throw new Refused('bundleMalformed');
  const [issuedAt, freshUntil, validUntil] = moments;
  // A time zone that this device does not know must not surface later as another day.
  dayIn(payload.timeZone, issuedAt);
  return {
    register,
    sequence: payload.sequence,
    issuedAt,
    freshUntil,
    validUntil,
    timeZone: payload.timeZone,
    tokenKeys: payload.tokenKeys.keys,
    complete: certificates.complete,
    revoked: numbers(certificates.revoked),
    replaced: numbers(certificates.replaced),
    suspended: numbers(certificates.suspended),
    manufacturersNotActive: payload.manufacturersNotActive.map(({ scheme, value }) => `${scheme} ${value}`),
  };
}

/** Numbers of ten bytes, rising, or a search by halves would miss some. @param {string} text */
function numbers(text) {
  const list = fromBase64Url(text);
  if (list.length % NUMBER_BYTES !== 0) throw new Refused('bundleMalformed');
  for (let at = NUMBER_BYTES; at < list.length; at += NUMBER_BYTES) {
    if (compare(list, at - NUMBER_BYTES, list.subarray(at)) >= 0) throw new Refused('bundleMalformed');
  }
  return list;
}

/** The number that begins at `at`, before (-1), the same as (0) or after (1) another. */
function compare(/** @type {Uint8Array} */ list, /** @type {number} */ at, /** @type {Uint8Array} */ bits) {
  for (let byte = 0; byte < NUMBER_BYTES; byte += 1) {
    if (list[at + byte] !== bits[byte]) return list[at + byte] < bits[byte] ? -1 : 1;
  }
  return 0;
}

/** Whether a number is in a list. @param {Uint8Array} list @param {Uint8Array} bits */
export function lists(list, bits) {
  let [from, until] = [0, list.length / NUMBER_BYTES];
  while (from < until) {
    const middle = (from + until) >> 1;
    const order = compare(list, middle * NUMBER_BYTES, bits);
    if (order === 0) return true;
    if (order < 0) from = middle + 1;
    else until = middle;
  }
  return false;
}

/** The day that it is somewhere. @param {string} timeZone @param {number} at */
export function dayIn(timeZone, at) {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}

/** Whether a bundle goes back behind another: a replayed one is refused. @param {Bundle} bundle @param {Bundle} than */
export function isOlder(bundle, than) {
  return bundle.sequence < than.sequence || bundle.issuedAt < than.issuedAt;
}

/** @param {Bundle} bundle @param {number} now @returns {Grade} */
export function grade(bundle, now) {
  if (now > bundle.validUntil) return 'unusable';
  return now > bundle.freshUntil ? 'stale' : 'fresh';
}
