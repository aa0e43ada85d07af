import type { LiveSession } from '../watching/messages.js';
import { button, element, put } from './elements.js';

/** Say where frames and weights go, and leave out the controls that have nothing to do there. */
export function sayWhere({ engine, home, source }: LiveSession): void {
  if (engine === 'node') element('computes-on', HTMLSelectElement).parentElement!.hidden = true;
  if (home === 'files') {
    put('where', 'Frames and weights stay in this browser.');
    button('save').textContent = 'Save the weights';
  } else if (source !== undefined) {
    put('where', 'Frames come from the foreframe that opened this page.');
    element('choose', HTMLButtonElement).parentElement!.hidden = true;
  } else if (engine === 'node')
    put('where', 'Frames are sent to the foreframe that opened this page, and no further.');
}
