import { Refused } from './refused.js';

/** More than any code inflates to: a deflate bomb stops here (docs/TOKEN.md). */
const INFLATED_BYTES_MAX = 4096;

/**
 * Inflates a whole zlib stream (RFC 1950), nothing before it and nothing after it.
 * @param {Uint8Array} deflated
 * @returns {Promise<Uint8Array>}
 */
export async function inflate(deflated) {
  const stream = new Blob([deflated]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const inflated = new Uint8Array(INFLATED_BYTES_MAX);
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Refused('tokenDeflate');
    });
    if (done) break;
    if (length + value.length > INFLATED_BYTES_MAX) {
      reader.cancel().catch(() => {});
      throw new Refused('tokenBomb');
    }
    inflated.set(value, length);
    length += value.length;
  }
  const bytes = inflated.subarray(0, length);
  // Not every engine refuses bytes behind the stream; its last four are the checksum of what it holds.
  const last = new DataView(deflated.buffer, deflated.byteOffset).getUint32(deflated.length - 4);
  if (last !== adler32(bytes)) throw new Refused('tokenDeflate');
  return bytes;
}

/** @param {Uint8Array} bytes */
function adler32(bytes) {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return high * 65536 + low;
}
