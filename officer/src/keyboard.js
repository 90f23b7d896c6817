import { readNumber } from './number.js';
import { Refused } from './refused.js';
import { PREFIX, parse } from './token.js';

/** What a scanner that types becomes under another keyboard layout, taken back: the register's own table. */

/** @typedef {Record<string, string>[]} Layouts what each layout writes, and what the key says on an American keyboard */

/** @returns {Promise<Layouts>} */
export async function loadLayouts() {
  return (await fetch('/officer/app/keyboard-layouts.json')).json();
}

/** @param {string} text */
async function isReadable(text) {
  if (!text.startsWith(PREFIX)) return 'bits' in readNumber(text);
  return parse(text).then(() => true, (error) => {
    if (error instanceof Refused) return false;
    throw error;
  });
}

/**
 * The text as it was scanned: itself where it can be read, else as it was before the layout changed it.
 * @param {string} text
 * @param {Layouts} layouts
 */
export async function asScanned(text, layouts) {
  const typed = text.trim();
  const taken = layouts.map((layout) => Array.from(typed, (written) => layout[written] ?? written).join(''));
  for (const candidate of [typed, ...taken]) if (await isReadable(candidate)) return candidate;
  return typed;
}
