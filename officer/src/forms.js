/** Sending a form without losing what was typed: whether it would arrive is asked first, and said on the page if not. */

const ANSWERED_WITHIN_MS = 15_000;

/** Says on the page why a form was not sent. @param {HTMLFormElement} form @param {string} why */
function say(form, why) {
  const shown = document.getElementById('not-sent');
  for (const words of shown.children) words.hidden = words.dataset.why !== why;
  form.querySelector('button[type=submit]').before(shown);
  shown.hidden = false;
  shown.scrollIntoView({ block: 'nearest' });
}

/** Why a form would not arrive; empty: it would. @param {HTMLFormElement} form */
async function obstacle(form) {
  const response = await fetch('/officer/offline/session', {
    cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(ANSWERED_WITHIN_MS),
  }).catch(() => null);
  if (!response || response.status >= 500) return 'unreachable';
  if (response.status === 403) return 'ended';
  const signed = response.ok ? await response.json().catch(() => null) : null;
  // It answers, if not this: the form's own answer will say why.
  if (!signed) return '';
  // What one officer typed is never sent in the name of another.
  if (signed.officer !== document.querySelector('.bar').dataset.officer) return 'changed';
  // The same officer may have signed in anew meanwhile, after half an hour at the truck.
  form.elements.namedItem('csrf').value = signed.csrf;
  return '';
}

/** @param {HTMLFormElement} form */
export function keepTyped(form) {
  let asking = false;
  form.addEventListener('submit', async (event) => {
    // The first page's own script took it over.
    if (event.defaultPrevented) return;
    event.preventDefault();
    if (asking) return;
    asking = true;
    const why = await obstacle(form);
    asking = false;
    if (why) say(form, why);
    else form.submit();
  });
}
