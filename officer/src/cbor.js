/**
 * The part of CBOR (RFC 8949) that codes are written in, and only its one spelling: shortest heads, definite lengths.
 * Maps become arrays of pairs, because their keys are integers in a fixed order.
 */

/** What is not that. */
export class NotCbor extends Error {}

/** How deep values may stand in each other: the claims need four. */
const DEPTH_MAX = 8;

/** @typedef {number | string | null | Uint8Array | CborMap | Tagged | Array<any>} Value */

/** A map in its order. */
export class CborMap {
  /** @param {[Value, Value][]} pairs */
  constructor(pairs) {
    this.pairs = pairs;
  }
}

/** A tagged value. */
export class Tagged {
  /** @param {number} tag @param {Value} value */
  constructor(tag, value) {
    this.tag = tag;
    this.value = value;
  }
}

/**
 * The one value that the bytes are.
 * @param {Uint8Array} bytes
 * @returns {Value}
 */
export function decode(bytes) {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new NotCbor('bytes follow');
  return value;
}

class Reader {
  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes;
    this.at = 0;
  }

  /** @param {number} length */
  take(length) {
    if (length > this.bytes.length - this.at) throw new NotCbor('cut off');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** The argument of a head, in its shortest form. @param {number} information */
  argument(information) {
    if (information < 24) return information;
    const width = { 24: 1, 25: 2, 26: 4, 27: 8 }[information];
    if (width === undefined) throw new NotCbor('indefinite');
    const argument = this.take(width).reduce((value, byte) => value * 256 + byte, 0);
    const least = width === 1 ? 24 : 256 ** (width / 2);
    if (argument < least || !Number.isSafeInteger(argument)) throw new NotCbor('not the shortest form');
    return argument;
  }

  /** @param {number} depth @returns {Value} */
  value(depth) {
    if (depth > DEPTH_MAX) throw new NotCbor('too deep');
    const [head] = this.take(1);
    if (head === 0xf6) return null;
    const argument = this.argument(head & 31);
    const many = (read) => {
      // An item has at least one byte: a length beyond them is made up.
      if (argument > this.bytes.length) throw new NotCbor('cut off');
      return Array.from({ length: argument }, read);
    };
    switch (head >> 5) {
      case 0:
        return argument;
      case 1:
        return -1 - argument;
      case 2:
        return this.take(argument);
      case 3:
        return text(this.take(argument));
      case 4:
        return many(() => this.value(depth + 1));
      case 5:
        return new CborMap(many(() => [this.value(depth + 1), this.value(depth + 1)]));
      case 6:
        return new Tagged(argument, this.value(depth + 1));
      default:
        throw new NotCbor('a kind that codes do not have');
    }
  }
}

/** @param {Uint8Array} bytes */
function text(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new NotCbor('not UTF-8');
  }
}

/**
 * A byte string as it is written.
 * @param {Uint8Array} bytes shorter than 65536
 */
export function encodedBytes(bytes) {
  const { length } = bytes;
  const head = length < 24 ? [0x40 | length] : length < 256 ? [0x58, length] : [0x59, length >> 8, length & 0xff];
  return Uint8Array.from([...head, ...bytes]);
}
