'use strict';
// Switches the language, and sorts the studies of a gallery.
document.getElementById('cc-language').addEventListener('click', () => {
  const root = document.documentElement;
  root.lang = root.lang === 'zh' ? 'en' : 'zh';
});
const cards = document.querySelector('.cc-cards');
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
document.body.dataset.ready = 'yes';
