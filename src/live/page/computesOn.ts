import { BROWSER_DEVICES, type BrowserDevice } from '../../tensorflow/backend/browser/device.js';
import { element } from './elements.js';

/** What the person has chosen that the next network of this browser computes on. */
export function computesOn(): BrowserDevice {
  const { value } = element('computes-on', HTMLSelectElement);
  return BROWSER_DEVICES.find((device) => device === value) ?? 'wasm';
}
