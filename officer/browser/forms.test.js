// Forms that would not arrive: what was typed stays.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, network, onPage, scene } from './stage.js';

const address = () => `/officer/control?certificate=${scene.machines}&language=en`;
const sent = (page) => page.getByRole('button', { name: 'Record a control' }).click();
const note = (page) => page.getByLabel('Note').inputValue();

async function filled(page, text) {
  await page.goto(address());
  await page.waitForSelector('html[data-ready]');
  await page.getByLabel('Note').fill(text);
  await page.getByLabel('Held: they stay').check();
}

test('a control that the network does not take stays on the page and is sent when it does', () => onPage({}, async (page) => {
  await filled(page, 'two pallets open');
  await network.cut();
  try {
    await sent(page);
    await page.getByText('Not sent: the register is busy or cannot be reached').waitFor();
    assert.equal(await note(page), 'two pallets open');
  } finally {
    await network.restore();
  }
  await sent(page);
  await page.getByRole('heading', { name: 'Recorded: held' }).waitFor();
}));

test('a form of a session that ended meanwhile is kept until its officer has signed in again', () => onPage({}, async (page) => {
  await filled(page, 'half an hour at the truck');
  const cookies = await page.context().cookies();
  await page.context().clearCookies();
  await sent(page);
  await page.getByText('Not sent: your session is over').waitFor();
  assert.equal(await note(page), 'half an hour at the truck');
  // A colleague who signs in does not send it in another's name.
  const [, colleague] = scene.cookies.colleague.split('=');
  await page.context().addCookies(cookies.map((cookie) => ({ ...cookie, value: colleague })));
  await sent(page);
  await page.getByText('Not sent: somebody else signed in here').waitFor();
  await page.context().addCookies(cookies);
  await sent(page);
  await page.getByRole('heading', { name: 'Recorded: held' }).waitFor();
}));

test('Back after a control leads to the same form, which says that it was recorded', () => onPage({}, async (page) => {
  await filled(page, 'once');
  const id = await page.inputValue('[name=id]');
  await sent(page);
  await page.getByRole('heading', { name: 'Recorded: held' }).waitFor();
  await page.goBack();
  await page.reload();
  await page.getByText('A control was recorded from this form').waitFor();
  assert.equal(await page.inputValue('[name=id]'), id);
  assert.ok(page.url().startsWith(base));
}));
