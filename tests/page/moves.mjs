// Moves made on a page without a browser: {data, texts, moves, rules} in, what the page comes to after each move out.

import { readFileSync } from 'node:fs';
import { openPage } from '../../coverage/carecircle/outputs/map/page/src/model/page.js';
import { addSite, moveSite, removeSite, toggleFacility } from '../../coverage/carecircle/outputs/map/page/src/model/scenario.js';
import { reachedNow, verdictsNow } from '../../coverage/carecircle/outputs/map/page/src/model/told.js';
import { stagesAt } from '../../coverage/carecircle/outputs/map/page/src/model/chain.js';

const { data, texts, moves, rules } = JSON.parse(readFileSync(0, 'utf8'));
openPage(data, (name) => texts[name] || '');
const acts = { add: addSite, move: moveSite, remove: removeSite, toggle: toggleFacility };
const found = moves.map(([act, handed]) => {
  acts[act](...handed);
  const clauses = data.clauses.filter((c) => rules.includes(c.rule));
  return {
    verdicts: verdictsNow(),
    reached: Object.fromEntries(rules.map((rule) => [rule, reachedNow(rule, false)])),
    stages: Object.fromEntries(
      clauses.map((c) => [
        c.rule,
        reachedNow(c.rule, false).cost.map((cost, i) => (stagesAt(c, i) || []).map((s) => [s.name, s.minutes])),
      ]),
    ),
  };
});
process.stdout.write(JSON.stringify(found));
