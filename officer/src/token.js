import { decode as decodeBase45 } from './base45.js';
import { CborMap, NotCbor, Tagged, decode as decodeCbor, encodedBytes } from './cbor.js';
import { readClaims } from './claims.js';
import { inflate } from './inflate.js';
import { Refused } from './refused.js';

/** The code on the paper (docs/TOKEN.md), read and verified as the register does it, refusal by refusal. */

export const PREFIX = 'EDC1:';
/** The most characters of a code: QR version 25 at error correction Q. */
const CODE_CHARS_MAX = 1041;
const COSE_SIGN1 = 18;

/**
 * @typedef {{ kid: string, x: string, y: string, retiredAt?: string }} TokenKey
 * @typedef {{ claims: import('./claims.js').Claims, key: string, signed: Uint8Array, signature: Uint8Array }} Unverified
 */

/**
 * Reads a code as scanned; anybody may have written it.
 * @param {string} code
 * @returns {Promise<Unverified>}
 */
export async function parse(code) {
  const text = code.trim();
  if (!text.startsWith(PREFIX)) throw new Refused('tokenOtherSystem');
  if (new TextEncoder().encode(text).length > CODE_CHARS_MAX) throw new Refused('tokenTooLong');
  const deflated = decodeBase45(text.slice(PREFIX.length));
  const { header, payload, signature } = coseSign1(await inflate(deflated));
  const claims = readClaims(cbor(payload));
  return { claims, key: hex(header.subarray(5)), signed: toBeSigned(header, payload), signature };
}

/** @param {Uint8Array} bytes */
function cbor(bytes) {
  try {
    return decodeCbor(bytes);
  } catch (error) {
    throw error instanceof NotCbor ? new Refused('tokenCose') : error;
  }
}

/** A tagged `COSE_Sign1` with ES256 and a kid in its protected header, and nothing else. @param {Uint8Array} bytes */
function coseSign1(bytes) {
  const tagged = cbor(bytes);
  const parts = tagged instanceof Tagged && tagged.tag === COSE_SIGN1 ? tagged.value : null;
  const [header, unprotected, payload, signature] = Array.isArray(parts) && parts.length === 4 ? parts : [];
  const isHeader = header instanceof Uint8Array && header.length === 13 && hex(header.subarray(0, 5)) === 'a201260448';
  const isEmpty = unprotected instanceof CborMap && unprotected.pairs.length === 0;
  if (!isHeader || !isEmpty || !(payload instanceof Uint8Array) || !(signature instanceof Uint8Array)) {
    throw new Refused('tokenCose');
  }
  return { header, payload, signature };
}

/** `Sig_structure` (RFC 9052, 4.4). @param {Uint8Array} header @param {Uint8Array} payload */
function toBeSigned(header, payload) {
  const context = new TextEncoder().encode('Signature1');
  const head = [0x84, 0x60 | context.length, ...context, ...encodedBytes(header), 0x40];
  return Uint8Array.from([...head, ...encodedBytes(payload)]);
}

/** @param {Uint8Array} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * What the code says, once a key of the register is found to have signed it. A retired key convinces nobody: whoever
 * took it writes any time he likes.
 * @param {Unverified} token
 * @param {string} register
 * @param {TokenKey[]} keys
 * @returns {Promise<import('./claims.js').Claims>}
 */
export async function verify(token, register, keys) {
  if (token.claims.register !== register) throw new Refused('tokenOtherRegister');
  const key = keys.find(({ kid }) => kid === token.key);
  if (!key) throw new Refused('tokenKeyUnknown');
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const jwk = { kty: 'EC', crv: 'P-256', x: key.x, y: key.y };
  const publicKey = await crypto.subtle.importKey('jwk', jwk, algorithm, false, ['verify']);
  const good = token.signature.length === 64
    && await crypto.subtle.verify(algorithm, publicKey, token.signature, token.signed);
  if (!good) throw new Refused('tokenSignatureInvalid');
  if (key.retiredAt !== undefined) throw new Refused('tokenKeyRetired');
  return token.claims;
}
