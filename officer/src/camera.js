import { canScan, scan } from './scan.js';

/** The button beside the one field: what the camera reads is typed there and asked. */

/** @param {HTMLFormElement} form with a field `text`, a button of the class `scan` and, behind it, a dialog */
export function offerCamera(form) {
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button.scan'));
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById('scanner'));
  const failed = /** @type {HTMLElement} */ (form.querySelector('.scan-failed'));
  if (!button || !dialog || !canScan('decoder' in button.dataset)) return;
  button.hidden = false;
  dialog.querySelector('.close').addEventListener('click', () => dialog.close());
  button.addEventListener('click', async () => {
    failed.hidden = true;
    button.disabled = true;
    try {
      const text = await scan(dialog);
      if (text === null) return;
      form.elements.namedItem('text').value = text;
      form.requestSubmit();
    } catch {
      failed.hidden = false;
    } finally {
      button.disabled = false;
    }
  });
}
