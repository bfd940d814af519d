// The language that is shown, changed.

import { said } from '../model/say.js';

export function speak(language) {
  said.language = language;
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  said.listeners.forEach((listener) => listener());
}
