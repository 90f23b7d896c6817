import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import './environment.js';
import { numberOf, readNumber } from '../src/number.js';
import { Refused } from '../src/refused.js';
import { parse, verify } from '../src/token.js';

// Written and checked by the register's own reader: core/src/token/tests/vectors.rs.
const { register, keys, cases } = JSON.parse(readFileSync(new URL('token-vectors.json', import.meta.url), 'utf8'));

const hex = (bytes) => Buffer.from(bytes).toString('hex');

async function found(code) {
  try {
    const claims = await verify(await parse(code), register, keys.keys);
    return { ...claims, digest: hex(claims.digest), number: numberOf(claims.digest) };
  } catch (error) {
    if (error instanceof Refused) return { refused: error.code };
    throw error;
  }
}

for (const vector of cases) {
  test(`the register and the browser find the same: ${vector.name}`, async () => {
    assert.deepEqual(await found(vector.code), vector.found);
  });
}

test('a truncated code is never believed', async () => {
  const [{ code }] = cases;
  for (let end = 0; end < code.length; end += 1) assert.ok((await found(code.slice(0, end))).refused, String(end));
});

test('a changed character is never believed', async () => {
  const [{ code }] = cases;
  for (let at = 5; at < code.length; at += 1) {
    const other = code[at] === 'A' ? 'B' : 'A';
    assert.ok((await found(code.slice(0, at) + other + code.slice(at + 1))).refused, String(at));
  }
});

test('a number is read as the register reads it', () => {
  const { number, digest } = cases[0].found;
  for (const typed of [number, number.toLowerCase(), number.replaceAll('-', ' '), number.slice(4), number.replaceAll('-', '–')]) {
    assert.equal(hex(readNumber(typed).bits), digest.slice(0, 20), typed);
  }
  assert.equal(numberOf(readNumber('EDC-7K3M-9QXD-41TZ-P0AB-0').bits), 'EDC-7K3M-9QXD-41TZ-P0AB-0');
  assert.equal(numberOf(readNumber('edc 7k3m 9qxd 4itz poab 0').bits), 'EDC-7K3M-9QXD-41TZ-P0AB-0');
  assert.deepEqual(readNumber('EDC-7K3M-9QXD-41TZ-P0AB-X'), { refused: 'numberMistyped' });
  for (const typed of ['', 'EDC-7K3M', 'https://evil.example', 'U'.repeat(17), 'E'.repeat(200)]) {
    assert.deepEqual(readNumber(typed), { refused: 'numberMalformed' }, typed);
  }
});
