import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import './environment.js';
import { judge } from '../src/answer.js';
import { grade, isOlder, lists, open } from '../src/bundle.js';
import { readNumber } from '../src/number.js';
import { Refused } from '../src/refused.js';

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
// Written and checked by the register's own reader: core/src/offline/tests.rs.
const { keys, revoked, cases } = read('bundle-vectors.json');
const tokens = read('token-vectors.json');
const HOUR = 3_600_000;

for (const vector of cases) {
  test(`the register and the browser find the same in a bundle: ${vector.name}`, async () => {
    const found = await open(vector.jws, keys).then(({ sequence }) => ({ sequence }), (error) => {
      if (error instanceof Refused) return { refused: error.code };
      throw error;
    });
    assert.deepEqual(found, vector.found);
  });
}

/** The good bundle, with the keys of the codes that the other vectors are signed under. */
async function bundle(changes = {}) {
  const opened = await open(cases[0].jws, keys);
  const found = tokens.cases[0].found;
  const from = Date.parse(found.from);
  return {
    ...opened, register: tokens.register, tokenKeys: tokens.keys.keys, manufacturersNotActive: [],
    issuedAt: from, freshUntil: from + 12 * HOUR, validUntil: from + 72 * HOUR, ...changes,
  };
}

const codeOf = (name) => tokens.cases.find((vector) => vector.name === name).code;
const short = ({ answer, stands, reasons }) => [answer, stands, ...reasons];
const number = tokens.cases[0].found.number;
const bits = Uint8Array.from(Buffer.from(tokens.cases[0].found.digest.slice(0, 20), 'hex'));

test('numbers are found in a long list, and only those that are in it', async () => {
  const opened = await open(cases[0].jws, keys);
  assert.ok(lists(opened.revoked, readNumber(revoked).bits));
  assert.ok(!lists(opened.suspended, readNumber(revoked).bits));
  assert.ok(!lists(new Uint8Array(), bits));
  const numbers = Array.from({ length: 1000 }, (_, at) => Uint8Array.from([at >> 8, at & 255, ...Array(8).fill(7)]));
  const list = Uint8Array.from(numbers.flatMap((one) => [...one]));
  assert.ok(numbers.every((one) => lists(list, one)));
  assert.ok(!lists(list, Uint8Array.from([0, 5, ...Array(8).fill(8)])));
});

test('a bundle is fresh, then stale, then unusable', async () => {
  const kept = await bundle();
  assert.equal(grade(kept, kept.freshUntil), 'fresh');
  assert.equal(grade(kept, kept.freshUntil + 1), 'stale');
  assert.equal(grade(kept, kept.validUntil + 1), 'unusable');
});

test('an older bundle is one with fewer entries or an earlier time', async () => {
  const kept = await bundle();
  assert.ok(isOlder({ ...kept, sequence: kept.sequence - 1 }, kept));
  assert.ok(isOlder({ ...kept, issuedAt: kept.issuedAt - 1 }, kept));
  assert.ok(!isOlder({ ...kept, issuedAt: kept.issuedAt + 1 }, kept));
  assert.ok(!isOlder(kept, kept));
});

test('a good code is genuine while the bundle is usable, and cannot be checked after that', async () => {
  const kept = await bundle();
  assert.deepEqual(short(await judge(codeOf('good'), kept, kept.freshUntil)), ['genuine', true]);
  assert.deepEqual(short(await judge(codeOf('good'), kept, kept.validUntil)), ['genuine', true]);
  assert.deepEqual(short(await judge(codeOf('good'), kept, kept.validUntil + 1)), ['cannotBeChecked', false, 'bundleUnusable']);
  assert.deepEqual(short(await judge(codeOf('good'), null, kept.issuedAt)), ['cannotBeChecked', false, 'bundleMissing']);
});

test('a certificate that was revoked after printing never stands, however old the bundle', async () => {
  for (const [list, reason] of [['revoked', 'certificateRevoked'], ['replaced', 'certificateReplaced'], ['suspended', 'certificateSuspended']]) {
    const kept = await bundle({ [list]: bits });
    for (const at of [kept.issuedAt, kept.validUntil + 1]) {
      for (const text of [codeOf('good'), number]) assert.deepEqual(short(await judge(text, kept, at)), ['genuine', false, reason]);
    }
  }
});

test('what the bundle leaves out cannot be checked', async () => {
  const kept = await bundle({ complete: false });
  assert.deepEqual(short(await judge(codeOf('good'), kept, kept.issuedAt)), ['cannotBeChecked', false, 'bundleIncomplete']);
});

test('a manufacturer that is not active and the days of the validity count', async () => {
  const { manufacturer, until } = tokens.cases[0].found;
  const inactive = await bundle({ manufacturersNotActive: [manufacturer.identifier] });
  assert.deepEqual(short(await judge(codeOf('good'), inactive, inactive.issuedAt)), ['genuine', false, 'manufacturerNotActive']);
  const [last, day] = [Date.parse(until), 24 * HOUR];
  const kept = await bundle({ validUntil: last + 9 * day });
  assert.deepEqual(short(await judge(codeOf('good'), kept, last)), ['genuine', true]);
  // 22:30 in UTC is the next day in Vilnius.
  assert.deepEqual(short(await judge(codeOf('good'), kept, last + 22.5 * HOUR)), ['genuine', false, 'certificateExpired']);
  assert.deepEqual(short(await judge(codeOf('good'), kept, kept.issuedAt - 2 * day)), ['genuine', false, 'certificateNotYetValid']);
});

test('forged is not genuine; misread, retired and elsewhere cannot be checked', async () => {
  const kept = await bundle({ issuedAt: Date.parse('2027-01-01'), freshUntil: Date.parse('2027-01-02'), validUntil: Date.parse('2027-01-03') });
  const now = kept.issuedAt;
  for (const name of ['forged in the name of a key', 'the destination changed', "under a key that is not the register's"]) {
    assert.equal((await judge(codeOf(name), kept, now)).answer, 'notGenuine', name);
  }
  for (const name of ['under a retired key', "another register's", 'truncated in the text', 'a deflate bomb', 'of another system', 'an address', 'empty']) {
    assert.equal((await judge(codeOf(name), kept, now)).answer, 'cannotBeChecked', name);
  }
});

test('a key that is younger than the bundle is not called a forgery', async () => {
  const kept = await bundle({ issuedAt: 0 });
  const judged = await judge(codeOf("under a key that is not the register's"), kept, 0);
  assert.deepEqual(short(judged), ['cannotBeChecked', false, 'tokenKeyNotInBundle']);
});

test('a number alone is never a yes', async () => {
  const kept = await bundle();
  assert.deepEqual(short(await judge(number, kept, kept.issuedAt)), ['cannotBeChecked', false, 'numberOffline']);
  assert.deepEqual(short(await judge('EDC-7K3M-9QXD-41TZ-P0AB-X', kept, kept.issuedAt)), ['cannotBeChecked', false, 'numberMistyped']);
  assert.deepEqual(short(await judge('26LTVR1000EX000017', kept, kept.issuedAt)), ['cannotBeChecked', false, 'mrnOffline']);
});
