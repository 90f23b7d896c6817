// With a network: typing, scanning, choosing files, with and without JavaScript.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, network, onPage, ready, scanInto, scene, verdict } from './stage.js';

/** What a keyboard layout makes of what the scanner types on an American one. */
function typedUnder(layout, text) {
  return Array.from(text, (key) => Object.entries(layout).find(([, of]) => of === key)?.[0] ?? key).join('');
}

test('a one-time link signs an officer in', () => onPage({ as: null }, async (page) => {
  assert.equal((await page.goto('/officer')).status(), 403);
  await page.goto(new URL(scene.link).pathname);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Is this paper genuine?' }).waitFor();
}));

test('a scanner that types is understood under three keyboard layouts', () => onPage({}, async (page) => {
  const layouts = await (await page.request.get(`${base}/officer/app/keyboard-layouts.json`)).json();
  assert.equal(layouts.length, 3);
  for (const typed of [scene.number, ...layouts.map((layout) => typedUnder(layout, scene.number))]) {
    await page.goto('/officer');
    await scanInto(page, typed);
    const { tone, words } = await verdict(page);
    assert.equal(tone, 'yes', typed);
    assert.ok(words.includes(scene.number) && words.includes('Goods not compared'), words);
  }
}));

test('a photo, a PDF and a sealed file are read', () => onPage({}, async (page) => {
  for (const file of [scene.photo, scene.pdf, scene.jws]) {
    await page.goto('/officer');
    await page.setInputFiles('#file', file);
    await page.getByRole('button', { name: 'Check' }).click();
    assert.equal((await verdict(page)).tone, 'yes', file);
  }
}));

test('the first answer needs no JavaScript', () => onPage({ javaScriptEnabled: false }, async (page) => {
  await page.goto('/officer');
  assert.equal(await page.locator('button.scan').isVisible(), false);
  await scanInto(page, scene.number);
  assert.equal((await verdict(page)).tone, 'yes');
  await page.goto('/officer');
  await page.setInputFiles('#file', scene.photo);
  await page.getByRole('button', { name: 'Check' }).click();
  assert.equal((await verdict(page)).tone, 'yes');
  await page.goto('/officer');
  await scanInto(page, scene.revoked.number);
  assert.equal((await verdict(page)).tone, 'no');
}));

test('the camera reads a code that is turned, fills the field and asks', () => onPage({}, async (page) => {
  await page.goto('/officer');
  await page.getByRole('button', { name: 'Scan with the camera' }).click();
  const { tone, words } = await verdict(page);
  assert.equal(tone, 'yes');
  assert.ok(words.includes(scene.number), words);
}));

test("the browser's own reader of codes is used where there is one", () => onPage({}, async (page) => {
  const asked = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.addInitScript((code) => {
    globalThis.BarcodeDetector = class {
      static getSupportedFormats = async () => ['qr_code'];
      detect = async () => [{ rawValue: code }];
    };
  }, scene.code);
  await page.goto('/officer');
  await page.getByRole('button', { name: 'Scan with the camera' }).click();
  assert.equal((await verdict(page)).tone, 'yes');
  assert.ok(!asked.includes('/officer/app/zxing-reader.wasm'));
}));

test('a camera that is closed again leaves the page as it was', () => onPage({}, async (page) => {
  await page.addInitScript(() => {
    globalThis.BarcodeDetector = class {
      static getSupportedFormats = async () => ['qr_code'];
      detect = async () => [];
    };
  });
  await page.goto('/officer');
  await page.getByRole('button', { name: 'Scan with the camera' }).click();
  await page.locator('#scanner video').waitFor();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.locator('#scanner video').waitFor({ state: 'hidden' });
  await page.locator('button.scan:enabled').waitFor();
}));

test('keys alone lead through question and answer', () => onPage({}, async (page) => {
  await page.goto('/officer');
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  assert.equal(await focused(), 'text', 'the one field waits for the scanner');
  await page.keyboard.type(scene.number);
  const button = page.getByRole('button', { name: 'Check', exact: true });
  for (let key = 0; key < 6 && !(await button.evaluate((shown) => shown === document.activeElement)); key += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await verdict(page);
  const again = page.getByRole('link', { name: 'Check another paper' });
  for (let key = 0; key < 30 && !(await again.evaluate((shown) => shown === document.activeElement)); key += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#text:focus').waitFor();
}));

test('no page may run what is not its own, and only the worker that reads codes compiles WebAssembly', () => onPage({}, async (page) => {
  const policy = async (path) => (await page.request.get(base + path)).headers()['content-security-policy'];
  for (const path of ['/officer', '/officer/offline/en', '/officer/sw.js', '/officer/app/scan.js']) {
    const found = await policy(path);
    assert.match(found, /default-src 'none'/, path);
    assert.doesNotMatch(found, /unsafe/, path);
  }
  assert.match(await policy('/officer/app/decoder.js'), /script-src 'self' 'wasm-unsafe-eval'/);
}));

test('a page weighs less than 150 kB without the reader of codes', () => onPage({}, async (page) => {
  let bytes = 0;
  const sizes = [];
  page.on('requestfinished', (request) => sizes.push(request.sizes().then(({ responseBodySize }) => (bytes += responseBodySize))));
  await ready(page);
  await Promise.all(sizes);
  console.log(`page weight: ${(bytes / 1000).toFixed(1)} kB`);
  assert.ok(bytes > 5_000 && bytes < 150_000, String(bytes));
}));

test('a page that the network leaves goes on without it', () => onPage({}, async (page) => {
  await ready(page);
  await network.cut();
  try {
    await scanInto(page, scene.code);
    await page.waitForURL(/\/officer\/offline\/en$/);
    assert.equal((await verdict(page)).tone, 'yes');
  } finally {
    await network.restore();
  }
}));

test('printing leaves out buttons and fields, opens what is folded, and keeps what was not compared', () => onPage({}, async (page) => {
  await page.goto('/officer');
  await scanInto(page, scene.declaration);
  await page.locator('section.goods').waitFor();
  await page.emulateMedia({ media: 'print' });
  const seen = (selector) => page.locator(selector).first().isVisible();
  for (const shown of ['.missing', 'details:not([open]) dd', 'section.goods']) assert.ok(await seen(shown), shown);
  for (const hidden of ['.missing input', 'form button[type=submit]', '.actions', '.bar']) assert.equal(await seen(hidden), false, hidden);
}));
