// For everyone: each page in each language, narrow and wide, checked by axe.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';

import { onPage, ready, scanInto, scene, verdict } from './stage.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const SHOTS = process.env.ENDMARK_SCREENSHOTS;
const WALK = process.env.ENDMARK_WALK;

/** Every page, and how an officer comes to it. */
const PAGES = {
  start: (page, language) => page.goto(`/officer?language=${language}`),
  genuine: (page, language) => answered(page, language, scene.number),
  revoked: (page, language) => answered(page, language, scene.revoked.number),
  'not-genuine': (page, language) => answered(page, language, scene.nobodys),
  unreadable: (page, language) => answered(page, language, 'EDC-7K3M-9QXD-41TZ-P0AB-X'),
  'goods-form': (page, language) => page.goto(`/officer/goods?language=${language}`),
  'goods-declared': (page, language) => declared(page, language, scene.declaration),
  'goods-refused': (page, language) => declared(page, language, scene.refused),
  control: (page, language) => page.goto(`/officer/control?declaration=${scene.declaration}&certificate=${scene.number}&language=${language}`),
  'control-serials': (page, language) => page.goto(`/officer/control?certificate=${scene.machines}&language=${language}`),
  change: (page, language) => page.goto(`/officer/change?language=${language}`),
  'offline-genuine': (page, language) => offline(page, language, scene.code),
  'offline-revoked': (page, language) => offline(page, language, scene.revoked.code),
  'offline-number': (page, language) => offline(page, language, scene.number),
};

async function answered(page, language, text) {
  await page.goto(`/officer?language=${language}`);
  await scanInto(page, text);
  await verdict(page);
}

async function declared(page, language, declaration) {
  await page.goto(`/officer?language=${language}`);
  await scanInto(page, declaration);
  await page.locator('section.goods').waitFor();
}

async function offline(page, language, text) {
  await ready(page);
  await page.goto(`/officer/offline/${language}`);
  await page.waitForSelector('html[data-ready]');
  await scanInto(page, text);
  await verdict(page);
}

async function hasNoFault(page, name) {
  const found = await page.evaluate(async (source) => {
    // As a script of the page it would be refused by its policy; what is evaluated here is not.
    (0, eval)(source);
    const { violations } = await globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
  }, axe);
  assert.deepEqual(found, [], name);
}

async function doesNotScrollSideways(page, name) {
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 720 });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${name} at ${width}: ${wide}`);
  }
}

/** What an auditor sees. */
const LOG = {
  entries: (page, language) => page.goto(`/officer/entries?office=LTVR1000&language=${language}`),
  entry: async (page, language) => {
    await page.goto(`/officer/entries?declaration=${scene.declaration}&language=${language}`);
    await page.locator('.history a').first().click();
    await page.locator('pre').first().waitFor();
  },
};

const all = [...Object.entries(PAGES).map((of) => [...of, 'officer']), ...Object.entries(LOG).map((of) => [...of, 'auditor'])];
for (const [name, open, as] of all) {
  test(`${name}: readable by everyone, in every language, narrow and wide`, () => onPage({ bypassCSP: true, as }, async (page) => {
    for (const language of ['en', 'lt', 'pl']) {
      await page.setViewportSize({ width: 1280, height: 720 });
      await open(page, language);
      assert.equal(await page.getAttribute('html', 'lang'), language);
      assert.ok(!/(page|answer|reason|offline|paper|sign-in|bar|goods|control|field|finding|element|side|law|kind|decision|because|entry|entries)-[a-z]/.test(await page.locator('body').innerText()), 'a key instead of its words');
      await hasNoFault(page, `${name} ${language}`);
      await doesNotScrollSideways(page, `${name} ${language}`);
      if (SHOTS && language === 'en') await shot(page, name);
      if (WALK) await walk(page, `${name}-${language}`);
    }
  }));
}

async function shot(page, name) {
  mkdirSync(SHOTS, { recursive: true });
  await page.setViewportSize({ width: 412, height: 800 });
  await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true });
}

/** Every page in every language, narrow and wide, and the paper: to be looked at. */
async function walk(page, name) {
  mkdirSync(WALK, { recursive: true });
  copyFileSync(scene.pdf, `${WALK}/paper.pdf`);
  for (const width of [320, 1280]) {
    await page.setViewportSize({ width, height: 720 });
    await page.screenshot({ path: `${WALK}/${name}-${width}.png`, fullPage: true });
  }
}
