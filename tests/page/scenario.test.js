// One street a kilometre long, walked in four minutes: what a scenario comes to, by hand; and nothing is drawn.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { keepScenario, loadScenario } from '../../coverage/carecircle/outputs/map/page/src/model/kept.js';
import { page } from '../../coverage/carecircle/outputs/map/page/src/model/page.js';
import { addSite, changed, moveSite, onChange, removeSite, resetScenario, scenario, toggleFacility } from '../../coverage/carecircle/outputs/map/page/src/model/scenario.js';
import { codesOf, statusHere } from '../../coverage/carecircle/outputs/map/page/src/model/sides.js';
import { scenarioTable, verdictsNow } from '../../coverage/carecircle/outputs/map/page/src/model/told.js';
import { ground } from '../../coverage/carecircle/outputs/map/page/src/model/ways.js';
import { openWorld } from './world.js';

const COVERED = 4,
  NOT_COVERED = 5;
let told = 0;
onChange(() => told++);

const at = (x) => {
  const [lon, lat] = ground().inverse(x, 0);
  return { lon, lat };
};
const clinic = (x) => addSite({ category: 'clinic', ...at(x) });
const verdict = () => verdictsNow()[0];

beforeEach(() => {
  openWorld({
    nodes: 2,
    streets: [{ ends: [0, 1], seconds: [240, 240], metres: [1000, 1000], line: [[0, 0], [1000, 0]] }],
    people: [
      { street: 0, position: 0.25, metres: 0, residents: 10 },
      { street: 0, position: 0.5, metres: 0, residents: 20 },
      { street: 0, position: 1, metres: 0, residents: 30 },
    ],
    facilities: [{ id: 'f0', street: 0, position: 0, metres: 0 }],
    clause: (block) => ({
      kind: 'time',
      people: block.add([COVERED, COVERED, NOT_COVERED], 'u8'),
      outcome: 'FAIL',
      shareTarget: 0.8,
      limit: 2,
      limitQuery: 2,
      factor: 1,
      turnout: 0,
      unsure: false,
      asked: [0],
      ledger: { total: 60, outside: 0, no_data: 0, unsnapped: 0, unreachable: 0, covered: 30, not_covered: 30 },
    }),
  });
  resetScenario();
  told = 0;
});

test('as it is: half of the people within two minutes', () => {
  assert.equal(typeof document, 'undefined');
  assert.equal(changed(), false);
  const { outcome, observed, residents_affected } = verdict();
  assert.deepEqual([outcome, observed, residents_affected], ['FAIL', 0.5, 30]);
});

test('a clinic at 740 metres reaches the last thirty', () => {
  clinic(740);
  const found = verdict();
  assert.deepEqual([found.outcome, found.observed, found.newly_covered, found.lost], ['PASS', 1, 30, 0]);
  assert.equal(told, 1);
});

test('then the old one closes: the first ten are just within two minutes, and one step farther they are not', () => {
  const id = clinic(740);
  toggleFacility('f0');
  assert.equal(verdict().observed, 1);
  moveSite(id, at(760).lon, at(760).lat);
  assert.equal(verdict().observed, 50 / 60);
  assert.equal(verdict().lost, 10);
  assert.equal(told, 3);
});

test('without any of them nobody is reached, and the account still balances', () => {
  const id = clinic(740);
  toggleFacility('f0');
  removeSite(id);
  const { ledger, outcome, residents_affected } = verdict();
  assert.deepEqual([outcome, residents_affected, ledger.unreachable, ledger.total], ['FAIL', 60, 60, 60]);
});

test('a side without the trial stays as the study has it', () => {
  toggleFacility('f0');
  const [clause] = page.clauses;
  assert.deepEqual([...codesOf(clause, 'baked')], [COVERED, COVERED, NOT_COVERED]);
  assert.deepEqual([...codesOf(clause, 'now')], [3, 3, 3]);
  assert.equal(statusHere(0, 'now'), 'closed');
  assert.equal(statusHere(0, 'baked'), 'open');
});

test('kept under a name and loaded again', () => {
  clinic(740);
  assert.equal(keepScenario('east'), 'east');
  const kept = scenario.kept.find((k) => k.name === 'east');
  assert.equal(kept.results.A.share, 1);
  resetScenario();
  assert.equal(verdict().outcome, 'FAIL');
  loadScenario(kept);
  assert.equal(verdict().outcome, 'PASS');
});

test('the table names what was added and closed', () => {
  const { lon } = at(740);
  addSite({ id: 'n1', name: 'a,b', category: 'clinic', ...at(740) });
  toggleFacility('f0');
  const [head, first, second] = scenarioTable().split('\r\n');
  assert.equal(head, 'facility_id,name,category,designations,status,lon,lat');
  assert.equal(first, `n1,"a,b",clinic,,open,${lon.toFixed(7)},0.0000000`);
  assert.ok(second.startsWith('f0,f0,clinic,,closed,'));
});

test('no cell of the table begins like a formula', () => {
  const begins = ['=1+1', '+cmd', '-2+3', '@SUM(A1)', '\t=1'];
  begins.forEach((name, i) => addSite({ id: `n${i}`, name, category: 'clinic', ...at(740 + i) }));
  const rows = scenarioTable().split('\r\n').slice(1, -1);
  assert.deepEqual(
    rows.map((row) => row.split(',')[1]),
    begins.map((name) => `'${name}`),
  );
  addSite({ id: 'w', name: 'a', category: 'clinic', lon: -51.2, lat: -30 });
  assert.ok(scenarioTable().includes(',-51.2000000,-30.0000000'));
});

test('what cannot be: a kind that is not, an id twice, a site that is not', () => {
  assert.throws(() => addSite({ category: 'palace', ...at(1) }));
  addSite({ id: 'n1', category: 'clinic', ...at(1) });
  assert.throws(() => addSite({ id: 'n1', category: 'clinic', ...at(1) }));
  assert.throws(() => removeSite('n2'));
  assert.throws(() => toggleFacility('f9'));
});
