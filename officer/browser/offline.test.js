// Without a network: what the device itself can say, and what it keeps for later.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { NOW, network, onPage, ready, scanInto, scene, verdict } from './stage.js';

const HOUR = 3_600_000;

/** Makes a device ready, then does something without a network. */
function withoutNetwork(act, options = {}) {
  return onPage(options, async (page) => {
    await ready(page);
    await network.cut();
    try {
      await page.goto('/officer?language=en');
      await page.waitForURL(/\/officer\/offline\/en$/);
      await page.waitForSelector('html[data-ready]');
      await act(page);
    } finally {
      await network.restore();
    }
  });
}

const grade = (page) => page.locator('#grade').getAttribute('data-grade');

async function asked(page, text) {
  await page.locator('#text').fill('');
  await page.evaluate(() => document.getElementById('answer').replaceChildren());
  await scanInto(page, text);
  return verdict(page);
}

test('a code is genuine on this device, and nothing is said of goods or what is left', () => withoutNetwork(async (page) => {
  assert.equal(await grade(page), 'fresh');
  const times = [];
  for (let time = 0; time < 5; time += 1) {
    const { tone, words } = await asked(page, scene.code);
    assert.equal(tone, 'yes');
    assert.ok(words.includes(scene.number) && words.includes('Goods not compared'), words);
    times.push(Number(await page.locator('html').getAttribute('data-answered-within')));
  }
  times.sort((one, other) => one - other);
  console.log(`code verified in the browser: ${times[2].toFixed(1)} ms (median of 5)`);
  const page_ = await page.locator('main').innerText();
  assert.ok(!/conform/i.test(page_) && page_.includes('only the register knows'), page_);
}));

test('revoked after printing, forged, of another system: never a tick', () => withoutNetwork(async (page) => {
  const wanted = [
    [scene.revoked.code, 'no', 'may not be used'],
    [scene.revoked.number, 'no', 'may not be used'],
    [scene.number, 'open', 'Cannot be checked'],
    [scene.code.slice(0, -30), 'open', 'Cannot be checked'],
    ['HC1:6BFOXN', 'open', 'Cannot be checked'],
    ['https://evil.example/', 'open', 'Cannot be checked'],
  ];
  for (const [text, tone, words] of wanted) {
    const found = await asked(page, text);
    assert.equal(found.tone, tone, text);
    assert.ok(found.words.includes(words) && !found.words.includes('✔'), found.words);
  }
}));

test('a scanner that types under another layout is understood here too', () => withoutNetwork(async (page) => {
  const typed = Array.from(scene.code, (key) => ({ Y: 'Z', Z: 'Y', '-': 'ß', '/': '-', ':': 'Ö', '*': '(', '+': '`' })[key] ?? key).join('');
  assert.notEqual(typed, scene.code);
  assert.equal((await asked(page, typed)).tone, 'yes');
}));

test('the camera scans without a network', () => withoutNetwork(async (page) => {
  await page.getByRole('button', { name: 'Scan with the camera' }).click();
  assert.equal((await verdict(page)).tone, 'yes');
}));

test('data grow stale, then unusable, and a clock set back revives nothing', () => withoutNetwork(async (page) => {
  const at = async (moment) => {
    await page.clock.setFixedTime(moment);
    const { tone } = await asked(page, scene.code);
    return [await grade(page), tone];
  };
  assert.deepEqual(await at(NOW + 11 * HOUR), ['fresh', 'yes']);
  assert.deepEqual(await at(NOW + 13 * HOUR), ['stale', 'yes']);
  assert.ok((await page.locator('#answer').innerText()).includes('may have been revoked since'));
  assert.deepEqual(await at(NOW + 73 * HOUR), ['unusable', 'open']);
  assert.deepEqual(await at(NOW), ['unusable', 'open']);
  await page.reload();
  await page.waitForSelector('html[data-ready]');
  assert.equal(await grade(page), 'unusable');
}));

test('an older bundle that somebody plays back is not taken up', () => onPage({}, async (page) => {
  let first = null;
  await page.route('**/officer/offline/bundle', async (route) => {
    const response = await route.fetch();
    first ??= await response.json();
    await route.fulfill({ response });
  });
  await ready(page);
  const kept = () => page.evaluate(async () => (await (await import('/officer/app/store.js')).openStore()).get('bundle'));
  assert.equal((await kept()).jws, first.jws);
  const replay = () => page.evaluate(async (offered) => {
    const { takeUp } = await import('/officer/app/device.js');
    return takeUp(await (await import('/officer/app/store.js')).openStore(), offered, Date.now()).then(() => 'taken up', (error) => error.code);
  }, first);
  assert.equal(await replay(), 'taken up', 'the same again is no step back');
  // Something happens in the register: a paper is checked, the log grows.
  await scanInto(page, scene.number);
  await verdict(page);
  await page.goto('/officer/offline/en');
  await page.waitForSelector('html[data-ready]');
  await page.getByRole('button', { name: 'Fetch fresh data' }).click();
  await page.evaluate(async (jws) => {
    const store = await (await import('/officer/app/store.js')).openStore();
    while ((await store.get('bundle')).jws === jws) await new Promise((again) => setTimeout(again, 50));
  }, first.jws);
  assert.equal(await replay(), 'bundleReplayed');
  await page.unrouteAll({ behavior: 'ignoreErrors' });
}));

test('a control recorded without a network survives a reload and is sent once there is one', () => onPage({}, async (page) => {
  await ready(page);
  await network.cut();
  try {
    await page.goto('/officer?language=en');
    await page.waitForSelector('html[data-ready]');
    await asked(page, scene.code);
    await page.getByLabel('Result').selectOption('held');
    await page.getByRole('button', { name: 'Keep' }).click();
    await page.locator('#waiting li[data-state="waiting"]').waitFor();
    await page.reload();
    await page.locator('#waiting li[data-state="waiting"]').waitFor();
  } finally {
    await network.restore();
  }
  const sent = page.waitForResponse((response) => response.url().endsWith('/officer/offline/controls'));
  await page.reload();
  assert.ok((await sent).ok(), String((await sent).status()));
  await page.locator('#waiting').waitFor({ state: 'hidden' });
}));

test('a device that was never signed in says so', () => onPage({ as: null }, async (page) => {
  await page.goto('/officer/offline/en');
  await page.waitForSelector('html[data-ready]');
  assert.equal(await grade(page), 'missing');
  const { tone, words } = await asked(page, scene.code);
  assert.equal(tone, 'open');
  assert.ok(words.includes('Cannot be checked'), words);
}));

test('no answer of the register is kept by the service worker', () => onPage({}, async (page) => {
  await ready(page);
  await scanInto(page, scene.number);
  await verdict(page);
  const kept = await page.evaluate(async () => {
    const names = await caches.keys();
    const all = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)));
    return all.flat();
  });
  assert.ok(kept.length > 20);
  assert.ok(kept.every((path) => /^\/officer\/(app\/|offline\/(en|lt|pl)$|style\.css$|manifest\.webmanifest$)/.test(path)), kept.join());
}));

test('JavaScript off: the page for that says so', () => onPage({ javaScriptEnabled: false }, async (page) => {
  await page.goto('/officer/offline/en');
  await page.getByText('works only with JavaScript').waitFor();
}));

test('an MRN is told that goods are not judged here, and its control is kept', () => withoutNetwork(async (page) => {
  await scanInto(page, scene.declaration);
  const { tone, words } = await verdict(page);
  assert.equal(tone, 'open');
  assert.ok(words.includes(scene.declaration), words);
  assert.match(await page.locator('#answer').innerText(), /Goods cannot be judged without a network/);
  assert.ok(await page.locator('#control').isVisible());
}));
