import { grade } from './bundle.js';
import { numberOf } from './number.js';
import { element, moment, say } from './words.js';

/** Shows what can be said of a paper without a network: never that goods conform, never how much is left. */

// As on the pages with a network: colour, frame, icon and words say the same.
const TONES = {
  stands: ['yes', '✔', 'answer-genuine'],
  genuine: ['no', '✖', 'answer-genuine-not-usable'],
  notGenuine: ['no', '✖', 'answer-not-genuine'],
  cannotBeChecked: ['open', '?', 'answer-cannot-be-checked'],
};

/**
 * @param {import('./answer.js').Answer} answer
 * @param {import('./bundle.js').Bundle | null} bundle
 * @param {number} now
 */
export function showAnswer(answer, bundle, now) {
  const [tone, icon, headline] = TONES[answer.stands ? 'stands' : answer.answer];
  const verdict = element('section', '', { class: `verdict ${tone}`, 'data-answer': answer.answer });
  const title = element('h2', ` ${say(headline)}`, { class: 'headline', tabindex: '-1' });
  title.prepend(element('span', icon, { class: 'icon', 'aria-hidden': 'true' }));
  verdict.append(title);
  const number = answer.digest ? numberOf(answer.digest) : answer.declaration;
  if (number) verdict.append(element('p', number, { class: 'number' }));
  verdict.append(element('p', say('offline-only-paper')));
  const shown = document.getElementById('answer');
  shown.replaceChildren(verdict, ...reasons(answer), ...warnings(bundle, now));
  if (answer.claims) shown.append(...facts(answer.claims));
  title.focus();
}

function reasons({ reasons: codes }) {
  const list = element('ul');
  list.append(...codes.map((code) => element('li', say(code))));
  return codes.length > 0 ? [element('h3', say('answer-why')), list] : [];
}

function warnings(bundle, now) {
  if (!bundle) return [];
  const asOf = element('p', `${say('answer-as-of')} ${moment(bundle.issuedAt)}.`, { class: 'as-of' });
  return grade(bundle, now) === 'stale' ? [element('p', say('offline-stale-warning'), { class: 'note' }), asOf] : [asOf];
}

function facts(claims) {
  const party = ({ identifier, name }) => (name && identifier ? `${name} (${identifier})` : name ?? identifier ?? '');
  const routes = claims.routing.map((route) => route.join(' › '));
  if (claims.routesTotal > routes.length) routes.push('…');
  const rows = [
    ['paper-manufacturer', party(claims.manufacturer)],
    ['paper-end-user', party(claims.endUser)],
    ['paper-destination', claims.destination],
    ['paper-routing', routes.join('; ')],
    ['paper-validity', `${claims.from} – ${claims.until}`],
    ['offline-printed', moment(claims.issuedAt * 1000)],
  ];
  const list = element('dl');
  for (const [label, value] of rows) {
    const row = element('div');
    row.append(element('dt', say(label)), element('dd', value));
    list.append(row);
  }
  return [element('h3', say('offline-printed-facts')), list, ...lines(claims)];
}

function lines(claims) {
  const table = element('table');
  const head = element('tr');
  head.append(...['paper-line', 'answer-code', 'answer-granted'].map((key) => element('th', say(key), { scope: 'col' })));
  table.append(element('thead'), element('tbody'));
  table.tHead.append(head);
  for (const { line, commodityCode, quantity, unit } of claims.lines) {
    const row = element('tr');
    row.append(element('th', String(line), { scope: 'row' }), element('td', commodityCode), element('td', `${quantity} ${unit}`));
    table.tBodies[0].append(row);
  }
  const left = claims.linesTotal - claims.lines.length;
  const more = left > 0 ? [element('p', `${say('offline-lines-left-out')} ${left}`)] : [];
  return [element('h3', say('paper-goods')), table, ...more, element('p', say('offline-no-quantities'), { class: 'note' })];
}
