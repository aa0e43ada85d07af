import type { PipelineConfig } from '../config/config.js';
import type { FrameSource } from '../stream/frameSource.js';
import { Pass } from './pass.js';

/** The passes over the training split, one after the other. */
export class Passes {
  readonly #source: FrameSource;
  readonly #config: PipelineConfig;
  /** Epoch of the pass under way. */
  #underWay: number | undefined;
  /** The pass after the one under way. */
  #next: Pass | undefined;
  #closed = false;

  constructor(source: FrameSource, config: PipelineConfig) {
    this.#source = source;
    this.#config = config;
  }

  /** The pass of an epoch. Once its video has been read to the end, the next pass begins to read its own. */
  begin(epoch: number): Pass {
    const pass = this.#next ?? new Pass(this.#source, this.#config, epoch);
    this.#next = undefined;
    this.#underWay = epoch;
    const isLast = epoch + 1 === this.#config.training.epochs || this.#source.once;
    void pass.read.then(() => {
      const wanted = this.#underWay === epoch && !this.#closed;
      if (wanted && !isLast) this.#next = new Pass(this.#source, this.#config, epoch + 1);
    });
    return pass;
  }

  /** Stop reading. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#next?.close();
  }
}
