import { chromiumPath } from '../bench/live/chromium.js';

export { chromiumPath, openChromium } from '../bench/live/chromium.js';

if (!chromiumPath) console.warn('no Chromium: the page is not driven; CHROMIUM_PATH names one');
