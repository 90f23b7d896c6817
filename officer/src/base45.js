import { Refused } from './refused.js';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';

/**
 * Base45 (RFC 9285), in its one spelling.
 * @param {string} text
 * @returns {Uint8Array}
 */
export function decode(text) {
  const values = Array.from(text, (character) => ALPHABET.indexOf(character));
  if (values.includes(-1) || values.length % 3 === 1) throw new Refused('tokenBase45');
  const bytes = [];
  for (let at = 0; at < values.length; at += 3) {
    const [first, second, third] = values.slice(at, at + 3);
    const value = first + second * 45 + (third ?? 0) * 2025;
    if (value > (third === undefined ? 0xff : 0xffff)) throw new Refused('tokenBase45');
    if (third !== undefined) bytes.push(value >> 8);
    bytes.push(value & 0xff);
  }
  return Uint8Array.from(bytes);
}
