import { CborMap } from './cbor.js';
import { Refused } from './refused.js';

/** What a code says (docs/TOKEN.md). Reading is strict: every key known and once, every value in its one form. */

const ISS = 1;
const IAT = 6;
const CERTIFICATE = -65537;

/**
 * @typedef {{ identifier: string | null, name: string | null }} Party
 * @typedef {{ line: number, commodityCode: string, quantity: string, unit: string }} Line
 * @typedef {{ register: string, issuedAt: number, digest: Uint8Array, manufacturer: Party, endUser: Party,
 *   destination: string, routing: string[][], routesTotal: number, from: string, until: string, lines: Line[],
 *   linesTotal: number }} Claims
 */

/** @param {boolean} good */
function require(good) {
  if (!good) throw new Refused('tokenClaim');
}

/** @param {unknown} value @param {number[]} keys */
function members(value, keys) {
  require(value instanceof CborMap && value.pairs.length === keys.length);
  require(keys.every((key, at) => value.pairs[at][0] === key));
  return value.pairs.map(([, member]) => member);
}

/** @param {unknown} value @param {number} [length] */
function items(value, length) {
  require(Array.isArray(value) && (length === undefined || value.length === length));
  return value;
}

/** @param {unknown} value @param {RegExp} form @returns {string} */
function text(value, form) {
  require(typeof value === 'string' && form.test(value));
  return value;
}

/** A count, as the register keeps it. @param {unknown} value @returns {number} */
function count(value) {
  require(Number.isInteger(value) && value >= 0 && value <= 0xffffffff);
  return value;
}

/** A day of the calendar. @param {unknown} value */
function day(value) {
  const written = text(value, /^\d{4}-\d{2}-\d{2}$/);
  const read = new Date(`${written}T00:00:00Z`);
  require(!Number.isNaN(read.getTime()) && read.toISOString().startsWith(written));
  return written;
}

// No control characters, nothing that turns the direction of reading: what hides or forges what a person reads.
const PLAIN = /^(?=.*\S)[^\p{Cc}\u202A-\u202E\u2066-\u2069]{1,140}$/u;
const IDENTIFIER = /^((EORI|VAT) [A-Z]{2}[A-Z0-9]{1,15}|(NTR|TCN) [A-Z]{2}-[A-Z0-9./-]{1,32}|LEI [A-Z0-9]{20})$/;

/** @param {unknown} value @returns {Party} */
function party(value) {
  const [identifier, name] = items(value, 2);
  return {
    identifier: identifier === null ? null : text(identifier, IDENTIFIER),
    name: name === null ? null : text(name, PLAIN),
  };
}

/** @param {unknown} value @returns {Line} */
function line(value) {
  const [number, commodityCode, quantity, unit] = items(value, 4);
  return {
    line: count(number),
    commodityCode: text(commodityCode, /^\d{6}(\d{2}){0,2}$/),
    quantity: text(quantity, /^(0|[1-9]\d{0,11})(\.\d{1,6})?$/),
    unit: text(unit, /^[A-Z0-9]{2,4}$/),
  };
}

/** @param {unknown} value @returns {Claims} */
export function readClaims(value) {
  const [register, issuedAt, certificate] = members(value, [ISS, IAT, CERTIFICATE]);
  const [digest, manufacturer, endUser, destination, routing, routesTotal, validity, lines, linesTotal] =
    members(certificate, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
  require(digest instanceof Uint8Array && digest.length === 32);
  require(Number.isInteger(issuedAt));
  const [from, until] = items(validity, 2).map(day);
  const claims = {
    register: text(register, PLAIN),
    issuedAt,
    digest,
    manufacturer: party(manufacturer),
    endUser: party(endUser),
    destination: text(destination, /^[A-Z]{2}$/),
    routing: items(routing).map((route) => text(route, /^([A-Z]{2})+$/).match(/../g)),
    routesTotal: count(routesTotal),
    from,
    until,
    lines: items(lines).map(line),
    linesTotal: count(linesTotal),
  };
  // Fewer than are listed cannot be the number of all.
  require(claims.lines.length <= claims.linesTotal && claims.routing.length <= claims.routesTotal);
  return claims;
}
