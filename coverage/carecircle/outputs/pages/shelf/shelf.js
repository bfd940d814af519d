'use strict';
// Switches the language, sorts the studies of a gallery, and colours a province by clause.
document.getElementById('cc-language').addEventListener('click', () => {
  const root = document.documentElement;
  root.lang = root.lang === 'zh' ? 'en' : 'zh';
  for (const option of document.querySelectorAll('option[data-zh]')) option.textContent = option.dataset[root.lang];
});
const cards = document.querySelector('.cc-cards, .cc-ranked');
const choices = [...document.querySelectorAll('[data-sort]')];
for (const choice of choices) {
  choice.addEventListener('click', () => {
    const key = choice.dataset.sort;
    for (const other of choices) other.setAttribute('aria-pressed', String(other === choice));
    const by = key === 'name'
      ? (a, b) => a.dataset.name.localeCompare(b.dataset.name, 'zh')
      : (a, b) => Number(b.dataset[key]) - Number(a.dataset[key]);
    cards.append(...[...cards.children].sort(by));
  });
}
const clause = document.getElementById('cc-clause');
if (clause) {
  const came = JSON.parse(document.getElementById('cc-came').textContent);
  clause.addEventListener('change', () => {
    for (const county of document.querySelectorAll('.cc-county')) {
      const first = county.dataset.first;
      const state = clause.value && first !== 'fault'
        ? (came[clause.value] || {})[county.dataset.county] || 'unasked' : first;
      county.setAttribute('class', `cc-county cc-${state}`);
    }
  });
}
document.body.dataset.ready = 'yes';
