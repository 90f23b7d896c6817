// The register, the network before it that can be cut, and a browser.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { after } from 'node:test';

import { chromium } from 'playwright-core';

export const scene = JSON.parse(readFileSync(process.env.ENDMARK_SCENE, 'utf8'));
const register = new URL(scene.web);

/** Everything between browser and register goes through here; `cut` is a network that is gone. */
class Network {
  constructor() {
    this.sockets = new Set();
    this.server = null;
  }

  async restore(port = this.port) {
    this.server = net.createServer((incoming) => {
      const outgoing = net.connect(Number(register.port), register.hostname);
      for (const [one, other] of [[incoming, outgoing], [outgoing, incoming]]) {
        this.sockets.add(one);
        one.on('error', () => other.destroy()).on('close', () => (this.sockets.delete(one), other.destroy())).pipe(other);
      }
    });
    await new Promise((resolve) => this.server.listen(port, '127.0.0.1', resolve));
    this.port = this.server.address().port;
  }

  async cut() {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }
}

export const network = new Network();
await network.restore(0);
export const base = `http://127.0.0.1:${network.port}`;

const browser = await chromium.launch({
  executablePath: process.env.ENDMARK_TEST_CHROMIUM,
  args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${scene.camera}`],
});
after(async () => {
  await browser.close();
  await network.cut();
});

const [cookieName, officer] = scene.cookies.officer.split('=');
const [, colleague] = scene.cookies.colleague.split('=');
const [, auditor] = scene.cookies.auditor.split('=');

/** The moment of the register's clock, which stands still. */
export const NOW = scene.now * 1000;

/** What a page did that no page may: requests elsewhere, errors, what the policy refused. */
const faults = [];

/**
 * A browser's profile of its own, in which an officer is signed in.
 * @param {object} [options] playwright's, and `as`: `officer`, `colleague`, `auditor` or nobody
 */
export async function profile({ as = 'officer', ...options } = {}) {
  const context = await browser.newContext({ baseURL: base, locale: 'en-GB', ...options });
  context.setDefaultTimeout(60_000);
  const value = { officer, colleague, auditor }[as];
  if (value) await context.addCookies([{ name: cookieName, value, url: base, httpOnly: true, sameSite: 'Strict' }]);
  await context.clock.setFixedTime(NOW);
  context.on('request', (request) => {
    if (!request.url().startsWith(base) && !request.url().startsWith('blob:')) faults.push(`asked elsewhere: ${request.url()}`);
  });
  context.on('weberror', (error) => faults.push(String(error.error())));
  context.on('console', (message) => {
    if (/Content Security Policy|Refused to/.test(message.text())) faults.push(message.text());
  });
  return context;
}

/** Does something on a page of a profile of its own. @param {object} options @param {(page: import('playwright-core').Page) => Promise<void>} act */
export async function onPage(options, act) {
  const context = await profile(options);
  faults.length = 0;
  try {
    await act(await context.newPage());
    assert.deepEqual(faults, []);
  } finally {
    await context.close();
  }
}

/** Opens the officers' page and waits until the device is ready for the hours without a network. */
export async function ready(page, path = '/officer') {
  await page.goto(path);
  await page.waitForSelector('html[data-ready]');
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
}

/** What the page's verdict says: the class of its colour, and its words. */
export async function verdict(page) {
  const section = page.locator('section.verdict');
  await section.waitFor();
  return { tone: (await section.getAttribute('class')).replace('verdict ', ''), words: (await section.innerText()).replace(/\s+/g, ' ') };
}

/** Types into the one field as a scanner does, with the key that ends it. */
export async function scanInto(page, text) {
  await page.locator('#text').focus();
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}
