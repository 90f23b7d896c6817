/** The words of the page: the register writes them into it, in the officer's language. */

/** @param {string} key */
export function say(key) {
  const words = /** @type {HTMLTemplateElement} */ (document.getElementById('words'));
  return words.content.querySelector(`[data-key="${CSS.escape(key)}"]`)?.textContent ?? key;
}

/** A moment as people of the page's language write it: in UTC, as everywhere else. @param {number} at */
export function moment(at) {
  const form = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  return `${form.format(at)} UTC`;
}

/** An element with text in it. @param {string} name @param {string} text @param {Record<string, string>} [attributes] */
export function element(name, text = '', attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
