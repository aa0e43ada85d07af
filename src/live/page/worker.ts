// The network of the page, in a thread of its own: the page draws while this computes.
import { messageOf } from '../../common/errors.js';
import { decodeSafetensors } from '../../runs/safetensors.js';
import { loadBrowserDevice } from '../../tensorflow/backend/browser/device.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import { LiveLoop } from '../watching/liveLoop.js';
import { LiveNetwork } from '../watching/liveNetwork.js';
import type { FromNetwork, ToNetwork } from '../watching/messages.js';

/** There once the network is; nothing where it could not be made. */
let loop: Promise<LiveLoop | undefined> | undefined;

addEventListener('message', async ({ data }: MessageEvent<ToNetwork>) => {
  if (data.kind === 'open') loop = open(data);
  // What comes while the network is made waits for it, in its order.
  else (await loop)?.take(data);
});

async function open({
  settings,
  weights,
  device: chosen = 'wasm',
}: Extract<ToNetwork, { kind: 'open' }>): Promise<LiveLoop | undefined> {
  try {
    const device = await loadBrowserDevice(chosen, new URL('./', import.meta.url).href);
    const network = new LiveNetwork(settings);
    if (weights) await network.restore(stateIn(weights));
    tell({ kind: 'opened', device });
    return new LiveLoop(network, tell, breathe);
  } catch (error) {
    tell({ kind: 'failed', message: messageOf(error) });
    return undefined;
  }
}

function tell(message: FromNetwork): void {
  const transfer = message.kind === 'saved' ? [message.weights.buffer] : [];
  postMessage(message, { transfer });
}

/** The server checked them before it gave them out. */
function stateIn(weights: Uint8Array): Named<HostArray> {
  return decodeSafetensors(weights, 'the weights').tensors as Named<HostArray>;
}

const { port1, port2 } = new MessageChannel();

/** A timer waits for four milliseconds; a message does not. */
function breathe(): Promise<void> {
  return new Promise((resolve) => {
    port1.onmessage = () => resolve();
    port2.postMessage(undefined);
  });
}
