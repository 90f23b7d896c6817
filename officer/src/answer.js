import { dayIn, grade, lists } from './bundle.js';
import { readNumber } from './number.js';
import { Refused } from './refused.js';
import { PREFIX, parse, verify } from './token.js';

/**
 * What can be said of a paper without a network. Never that goods conform, never how much is left.
 *
 * @typedef {{ answer: 'genuine' | 'notGenuine' | 'cannotBeChecked', stands: boolean, reasons: string[],
 *   claims: import('./claims.js').Claims | null, digest: Uint8Array | null, declaration?: string }} Answer
 */

/** @returns {Answer} */
function answer(kind, reasons, claims = null, digest = null) {
  return { answer: kind, stands: kind === 'genuine' && reasons.length === 0, reasons, claims, digest };
}

const MRN = /^\d\d[A-Z]{2}[A-Z0-9]{14}$/;

// What a stranger wrote, and what was misread: both for certain, whatever the age of the bundle.
const FORGED = ['tokenSignatureInvalid'];

/**
 * @param {string} text what was typed or scanned
 * @param {import('./bundle.js').Bundle | null} bundle
 * @param {number} now the highest time ever seen
 * @returns {Promise<Answer>}
 */
export async function judge(text, bundle, now) {
  const typed = text.trim();
  if (typed === '') return answer('cannotBeChecked', ['nothingToRead']);
  // Goods are never judged here; that a truck was looked at can be recorded all the same.
  const declaration = typed.toUpperCase();
  if (MRN.test(declaration)) return { ...answer('cannotBeChecked', ['mrnOffline']), declaration };
  if (!bundle) return answer('cannotBeChecked', ['bundleMissing']);
  const usable = grade(bundle, now) !== 'unusable';
  return typed.startsWith(PREFIX) ? judgeCode(typed, bundle, usable, now) : judgeNumber(typed, bundle);
}

/** @returns {Promise<Answer>} */
async function judgeCode(code, bundle, usable, now) {
  try {
    const token = await parse(code);
    const claims = await verify(token, bundle.register, bundle.tokenKeys).catch((error) => {
      // A key of after the bundle is not in it yet.
      const mayBeNewer = token.claims.issuedAt * 1000 > bundle.issuedAt || !usable;
      throw error instanceof Refused && error.code === 'tokenKeyUnknown' && mayBeNewer
        ? new Refused('tokenKeyNotInBundle') : error;
    });
    return judgeStanding(claims, bundle, usable, now);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const forged = FORGED.includes(error.code) || error.code === 'tokenKeyUnknown';
    return answer(forged ? 'notGenuine' : 'cannotBeChecked', [error.code]);
  }
}

/** What the lists say of a number. @returns {string[]} */
function listed(bits, bundle) {
  if (lists(bundle.revoked, bits)) return ['certificateRevoked'];
  if (lists(bundle.replaced, bits)) return ['certificateReplaced'];
  return lists(bundle.suspended, bits) ? ['certificateSuspended'] : [];
}

/** @returns {Answer} */
function judgeStanding(claims, bundle, usable, now) {
  const reasons = listed(claims.digest, bundle);
  if (bundle.manufacturersNotActive.includes(claims.manufacturer.identifier)) reasons.push('manufacturerNotActive');
  const today = dayIn(bundle.timeZone, now);
  if (today > claims.until) reasons.push('certificateExpired');
  if (today < claims.from) reasons.push('certificateNotYetValid');
  if (reasons.length > 0) return answer('genuine', reasons, claims, claims.digest);
  // That nothing speaks against it counts only where everything that could is at hand.
  if (!usable) return answer('cannotBeChecked', ['bundleUnusable'], claims, claims.digest);
  if (!bundle.complete) return answer('cannotBeChecked', ['bundleIncomplete'], claims, claims.digest);
  return answer('genuine', [], claims, claims.digest);
}

/** A number proves nothing of the paper it stands on: only that it may not be used can be said. @returns {Answer} */
function judgeNumber(typed, bundle) {
  const read = readNumber(typed);
  if ('refused' in read) {
    const isNumber = read.refused === 'numberMistyped' || /^edc/i.test(typed);
    return answer('cannotBeChecked', [isNumber ? read.refused : 'notOfThisSystem']);
  }
  const reasons = listed(read.bits, bundle);
  if (reasons.length > 0) return answer('genuine', reasons, null, read.bits);
  return answer('cannotBeChecked', ['numberOffline'], null, read.bits);
}
