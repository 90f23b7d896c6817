import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import './environment.js';
import { keptBundle, takeUp, timeAtLeast } from '../src/device.js';
import { record, send } from '../src/queue.js';

const { keys, cases } = JSON.parse(readFileSync(new URL('bundle-vectors.json', import.meta.url), 'utf8'));
const jwsOf = (name) => cases.find((vector) => vector.name === name).jws;
const good = { jws: jwsOf('good'), keys };

/** A device's storage that forgets everything at the end of the test. */
function memory() {
  const [kept, controls] = [new Map(), new Map()];
  return {
    get: async (key) => kept.get(key),
    put: async (key, value) => void kept.set(key, structuredClone(value)),
    waiting: async () => [...controls.values()],
    keep: async (control) => void controls.set(control.id, structuredClone(control)),
    drop: async (id) => void controls.delete(id),
  };
}

const refusal = (promise) => promise.then(() => 'taken up', (error) => error.code);

test('a replayed older bundle is refused, the same one is not', async () => {
  const store = memory();
  assert.equal(await refusal(takeUp(store, { jws: jwsOf('earlier'), keys }, 0)), 'taken up');
  assert.equal(await refusal(takeUp(store, good, 0)), 'taken up');
  assert.equal(await refusal(takeUp(store, good, 0)), 'taken up');
  assert.equal(await refusal(takeUp(store, { jws: jwsOf('earlier'), keys }, 0)), 'bundleReplayed');
  assert.equal((await keptBundle(store)).sequence, 17);
});

test('a forged bundle leaves the one that is kept', async () => {
  const store = memory();
  await takeUp(store, good, 0);
  for (const { name, jws, found } of cases.filter((vector) => vector.found.refused)) {
    assert.equal(await refusal(takeUp(store, { jws, keys }, 0)), found.refused, name);
  }
  assert.equal((await keptBundle(store)).sequence, 17);
});

test('a bundle changed in the storage is none', async () => {
  const store = memory();
  await takeUp(store, good, 0);
  await store.put('bundle', { jws: jwsOf('a day longer'), keys });
  assert.equal(await keptBundle(store), null);
});

test('a clock set back revives nothing', async () => {
  const store = memory();
  const { issuedAt, validUntil } = await takeUp(store, good, 0);
  assert.equal(await timeAtLeast(store, 0), issuedAt, 'the register knows what time it was');
  assert.equal(await timeAtLeast(store, validUntil + 1), validUntil + 1);
  assert.equal(await timeAtLeast(store, issuedAt), validUntil + 1);
});

const answered = (status, body = {}) => async () => ({ ok: status < 300, status, json: async () => body });
const states = async (store) => (await store.waiting()).map(({ state, reason }) => (reason ? `${state}: ${reason}` : state));

test('a control is sent once, by whoever recorded it, with the id it was given', async () => {
  const store = memory();
  const id = await record(store, 'officer-1', { result: 'held' }, new Date('2026-03-16T10:00:00Z'));
  const sent = [];
  const post = (report) => (sent.push(report), answered(201)());
  await send(store, 'officer-2', post);
  assert.deepEqual(sent, []);
  await send(store, 'officer-1', post);
  await send(store, 'officer-1', post);
  assert.deepEqual(sent, [{ result: 'held', id, recordedAt: '2026-03-16T10:00:00.000Z', offline: true }]);
});

test('a control waits while the register does not answer', async () => {
  const store = memory();
  await record(store, 'officer', { result: 'released' }, new Date());
  for (const post of [answered(503), answered(429), answered(401), async () => { throw new TypeError('no network'); }]) {
    await send(store, 'officer', post);
    assert.deepEqual(await states(store), ['waiting']);
  }
});

test('what is refused, and what meets a control elsewhere, stays to be read', async () => {
  const store = memory();
  await record(store, 'officer', { result: 'released' }, new Date());
  await send(store, 'officer', answered(409, { reason: 'idTaken' }));
  assert.deepEqual(await states(store), ['refused: idTaken']);
  const other = memory();
  await record(other, 'officer', { result: 'released' }, new Date());
  await send(other, 'officer', answered(201, { conflicts: [{ customsOffice: 'LTVR1000' }] }));
  assert.deepEqual(await states(other), ['conflict: LTVR1000']);
});
