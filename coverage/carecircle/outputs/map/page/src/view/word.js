// A trial as one Word page: what changes, the map as it is seen, the numbers of every clause it touches, the sites.

import { docx, paragraph, picture, table } from '../model/docx.js';
import { headline } from '../model/everyone.js';
import { page } from '../model/page.js';
import { people, percent, say } from '../model/say.js';
import { scenario } from '../model/scenario.js';
import { standing, turned } from '../model/standings.js';
import { shownResult } from './compare.js';
import { h } from './elements.js';
import { mapPicture } from './print.js';

/** Hands a file to the reader. */
export function save(blob, name) {
  const link = h('a', { href: URL.createObjectURL(blob), download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

const bytesOf = (canvas) => Uint8Array.from(atob(canvas.toDataURL('image/png').split(',')[1]), (c) => c.charCodeAt(0));

/** A clause's figure and outcome as they are now. */
export function resultNow(clause) {
  const now = standing(clause),
    shown = clause.loadRange && now.observed ? people(now.observed) : now === clause || (now.share === null && now.observed === null) ? say(clause.observed) : shownResult(clause, now);
  return { outcome: now.outcome, shown, affected: now.affected };
}

const outcome = (name) => say(`page_outcome_${name}`);

function clauseRows() {
  return page.order
    .map((i) => page.clauses[i])
    .filter(turned)
    .map((clause) => {
      const now = resultNow(clause);
      return [
        say(clause.title),
        `${clause.share === null ? say(clause.observed) : percent(clause.share)} · ${outcome(clause.outcome)}`,
        `${now.shown} · ${outcome(now.outcome)}`,
        people(clause.affected),
        people(now.affected),
      ];
    });
}

function siteRows() {
  const built = scenario.sites.map((s) => [say('page_word_added'), s.name, say(page.kinds[s.kind]), `${s.lon.toFixed(5)}, ${s.lat.toFixed(5)}`]),
    closed = [...scenario.closed].map((i) => [say('page_word_closed'), page.facilities.names[i], say(page.categories[page.facilities.category[i]]), '']);
  return [...built, ...closed];
}

const heads = (...keys) => keys.map((key) => say(key));

/** The page as a Word file. */
export function wordPage() {
  const map = mapPicture(1),
    wide = 16.2,
    high = Math.min(9.6, (wide * map.height) / map.width),
    s = page.study,
    rows = clauseRows();
  return docx(
    [
      paragraph(s.title, { size: 32, bold: true, centre: true, after: 40 }),
      paragraph(say('page_word_title'), { size: 24, centre: true, after: 120 }),
      paragraph(say('page_word_says', { before: people(page.answer.people), now: people(headline()), added: scenario.sites.length, closed: scenario.closed.size }), { size: 22 }),
      picture((high * map.width) / map.height, high, say('page_map')),
      rows.length
        ? table(heads('page_plans_rule', 'page_word_before', 'page_word_now', 'page_word_out_before', 'page_word_out_now'), rows, [3600, 1850, 1850, 1150, 1150])
        : paragraph(say('page_word_nothing')),
      paragraph('', { size: 8, after: 40 }),
      table(heads('page_word_change', 'page_word_name', 'page_word_kind', 'page_word_place'), siteRows(), [1200, 3200, 2800, 2400]),
      paragraph([s.notice ? say(s.notice) : '', say('page_word_note'), say('page_made', { version: s.version, date: s.created, hash: s.hash })].filter(Boolean).join(' · '), {
        size: 15,
        colour: '666666',
      }),
    ],
    bytesOf(map),
  );
}
