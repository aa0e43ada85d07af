import { ForeframeError } from '../../common/errors.js';
import type { FromNetwork, ToNetwork } from '../watching/messages.js';

/** Weights to begin with: a checkpoint's bytes, or `session` for those that the server has. */
export type FirstWeights = Uint8Array | 'session' | undefined;

/** What saving answers: the weights, or the run that the network's own process has written. */
export type Saved = Extract<FromNetwork, { kind: 'saved' | 'kept' }>;

/** What a network says by itself. */
export type Heard = Exclude<FromNetwork, Saved | { kind: 'unsaved' }>;

/** A network from its first message to its last, wherever it computes. */
export interface NetworkLink {
  post(message: ToNetwork): void;
  /** @throws ForeframeError when it has ended, or what it learned could not be written */
  save(): Promise<Saved>;
  close(): void;
}

/** Those who wait for an answer to `save`: one at a time. */
export class Saving {
  #waiting: { resolve(saved: Saved): void; reject(error: Error): void } | undefined;

  wait(): Promise<Saved> {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** Answers with the message, or gives it back where it is about something else. */
  take(message: FromNetwork): Heard | undefined {
    if (message.kind === 'saved' || message.kind === 'kept') this.#waiting?.resolve(message);
    else if (message.kind === 'unsaved') this.fail(message.message);
    else return message;
    return undefined;
  }

  fail(message: string): void {
    this.#waiting?.reject(new ForeframeError(message));
  }
}
