import type { LiveSession, LiveSettings } from '../watching/messages.js';
import { computesOn } from './computesOn.js';
import type { FirstWeights, Heard, NetworkLink } from './networkLink.js';
import { NetworkSocket } from './networkSocket.js';
import { NetworkThread } from './networkThread.js';

/**
 * A new network where the session computes: in a thread of the browser, or in the `foreframe` that gave the page out.
 * @param weights to begin with @param hear everything that it says, but for what `save` answers
 */
export function openNetwork(
  { engine }: Pick<LiveSession, 'engine'>,
  settings: LiveSettings,
  weights: FirstWeights,
  hear: (message: Heard) => void,
): NetworkLink {
  return engine === 'node'
    ? new NetworkSocket(settings, weights, hear)
    : new NetworkThread(settings, weights, computesOn(), hear);
}
