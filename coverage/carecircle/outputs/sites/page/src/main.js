// The siting page set going.

import { byId } from '../../../map/page/src/view/elements.js';
import { data, state } from './data.js';
import { draw, drawGround, fit } from './drawn.js';
import { speak } from './panel.js';

drawGround();
byId('cs-language').addEventListener('click', () => speak(state.language === 'zh' ? 'en' : 'zh'));
speak(data.language);
draw();
fit();
window.carecircle_siting = { map: leafletMap, state, draw };
document.body.dataset.ready = 'yes';
