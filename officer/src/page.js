import { offerCamera } from './camera.js';
import { refresh } from './device.js';
import { keepTyped } from './forms.js';
import { poster, send } from './queue.js';
import { openStore } from './store.js';

/** What every page of an officer does where there is JavaScript: keep the device ready for the hours without a network. */

const REACHED_WITHIN_MS = 4_000;

/** Fetches the newest bundle and sends what waits. */
async function keepReady() {
  const store = await openStore();
  const signed = await refresh(store, { always: false });
  if (signed) await send(store, signed.officer, poster(signed.csrf));
}

/** Where the register does not answer, the page for that takes over what was typed. @param {HTMLFormElement} form */
function askWithoutNetwork(form) {
  form.addEventListener('submit', async (event) => {
    const text = form.elements.namedItem('text').value;
    const file = form.elements.namedItem('file');
    if (text === '' || file.files.length > 0 || !navigator.serviceWorker?.controller) return;
    event.preventDefault();
    const reached = await fetch('/officer/manifest.webmanifest?reachable', {
      cache: 'no-store', signal: AbortSignal.timeout(REACHED_WITHIN_MS),
    }).then(() => true, () => false);
    if (reached) form.submit();
    else location.assign(`/officer/offline/${document.documentElement.lang}#${encodeURIComponent(text)}`);
  });
}

const form = /** @type {HTMLFormElement | null} */ (document.getElementById('ask'));
if (form) {
  offerCamera(form);
  askWithoutNetwork(form);
}
for (const typed of /** @type {NodeListOf<HTMLFormElement>} */ (document.querySelectorAll('main form[method=post]'))) {
  if (typed.elements.namedItem('csrf')) keepTyped(typed);
}
navigator.serviceWorker?.register('/officer/sw.js', { scope: '/officer' }).catch(() => {});
keepReady().then(() => document.documentElement.setAttribute('data-ready', ''), () => {});
