import { messageOf } from '../../common/errors.js';
import { encodeSafetensors } from '../../runs/safetensors.js';
import type { LiveNetwork } from './liveNetwork.js';
import type { FromNetwork, ToNetwork } from './messages.js';
import type { Rollout } from './rollout.js';

type Work = Exclude<ToNetwork, { kind: 'open' }>;

/**
 * One thing after the other, frames first: a frame of a rollout is computed, and a step of learning taken, only while nothing waits.
 * What waits is bounded by whoever sends frames (`SamplingRate`).
 */
export class LiveLoop {
  readonly #network: LiveNetwork;
  readonly #tell: (message: FromNetwork) => void;
  /** Lets messages come in. */
  readonly #breathe: () => Promise<void>;
  readonly #waiting: Work[] = [];
  #learningRate = 0;
  #rollout: Rollout | undefined;
  #working = false;

  constructor(network: LiveNetwork, tell: (message: FromNetwork) => void, breathe: () => Promise<void>) {
    this.#network = network;
    this.#tell = tell;
    this.#breathe = breathe;
  }

  /** Ends when nothing waits and there is nothing to learn; after a failure nothing more is done. */
  async take(work: Work): Promise<void> {
    this.#waiting.push(work);
    if (this.#working) return;
    this.#working = true;
    try {
      do await this.#breathe();
      while (await this.#next());
      this.#working = false;
    } catch (error) {
      // It stays at work for ever: nothing follows a failure.
      this.#tell({ kind: 'failed', message: messageOf(error) });
    }
  }

  /** Whether there was something to do. */
  async #next(): Promise<boolean> {
    const work = this.#waiting.shift();
    if (work) {
      await this.#do(work);
      return true;
    }
    if (this.#rollout) {
      await this.#goOn(this.#rollout);
      return true;
    }
    if (this.#learningRate === 0) return false;
    const learned = await this.#network.learn(this.#learningRate);
    if (learned) this.#tell({ kind: 'learned', learned });
    return learned !== undefined;
  }

  /** One frame further. It learns only afterwards, so that one network expects them all. */
  async #goOn(rollout: Rollout): Promise<void> {
    if (await rollout.next()) return;
    this.#rollout = undefined;
    this.#tell({ kind: 'rollout', after: rollout.after, frames: rollout.frames });
  }

  async #do(work: Work): Promise<void> {
    const network = this.#network;
    switch (work.kind) {
      case 'frame':
        this.#tell({ kind: 'seen', seen: await network.watch(work.number, work.frame) });
        break;
      case 'learn':
        this.#learningRate = work.learningRate;
        break;
      case 'cut':
        network.cut();
        break;
      case 'rollout':
        this.#rollout = network.rollout(work.frames);
        break;
      case 'save': {
        const weights = joined(encodeSafetensors(await network.state()));
        this.#tell({ kind: 'saved', weights, steps: network.steps });
      }
    }
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
