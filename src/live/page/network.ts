import type { LiveSession } from '../watching/messages.js';
import { computesOn } from './computesOn.js';
import type { Heard, NetworkLink } from './networkLink.js';
import { NetworkSocket } from './networkSocket.js';
import { NetworkThread } from './networkThread.js';

/**
 * A new network where the session computes: in a thread of the browser, or in the `foreframe` that gave the page out.
 * @param weights to begin with in the browser; the server has its own @param hear everything that it says, but for what `save` answers
 */
export function openNetwork(
  { engine, settings, choice }: LiveSession,
  weights: Uint8Array | undefined,
  hear: (message: Heard) => void,
): NetworkLink {
  return engine === 'node'
    ? new NetworkSocket(choice, hear)
    : new NetworkThread(settings, weights, computesOn(), hear);
}
