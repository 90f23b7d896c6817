/** Certificate numbers (docs/CERTIFICATE.md): 80 bits in Crockford's base 32, and a check character. */

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const CHECKED = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** ISO 7064 MOD 37,36. @param {string} body */
function checkCharacter(body) {
  let product = 36;
  for (const character of body) product = ((((product + CHECKED.indexOf(character)) % 36 || 36) * 2) % 37);
  return CHECKED[(37 - product) % 36];
}

/**
 * The number of the certificate whose digest begins with these 80 bits.
 * @param {Uint8Array} digest
 */
export function numberOf(digest) {
  const bits = digest.subarray(0, 10).reduce((bits, byte) => (bits << 8n) | BigInt(byte), 0n);
  const body = Array.from({ length: 16 }, (_, at) => ALPHABET[Number((bits >> BigInt((15 - at) * 5)) & 31n)]).join('');
  return `EDC-${body.match(/..../g).join('-')}-${checkCharacter(body)}`;
}

/**
 * Reads a number as it was typed.
 * @param {string} text
 * @returns {{ bits: Uint8Array } | { refused: 'numberMalformed' | 'numberMistyped' }}
 */
export function readNumber(text) {
  if (text.length > 128) return { refused: 'numberMalformed' };
  const typed = text.replace(/[\s\-\u2010-\u2015\u2212]/g, '').toUpperCase();
  const match = /^(?:EDC)?([0-9A-Z]{16})([0-9A-Z])$/.exec(typed);
  if (!match) return { refused: 'numberMalformed' };
  const body = match[1].replace(/O/g, '0').replace(/[IL]/g, '1');
  const values = Array.from(body, (character) => ALPHABET.indexOf(character));
  if (values.includes(-1)) return { refused: 'numberMalformed' };
  if (checkCharacter(body) !== match[2]) return { refused: 'numberMistyped' };
  let bits = values.reduce((bits, value) => (bits << 5n) | BigInt(value), 0n);
  const bytes = new Uint8Array(10);
  for (let at = 9; at >= 0; at -= 1, bits >>= 8n) bytes[at] = Number(bits & 0xffn);
  return { bits: bytes };
}
