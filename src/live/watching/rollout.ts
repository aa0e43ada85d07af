import type { StreamMemory } from '../../engine/online/streamMemory.js';

export interface RolloutStart {
  /** Number of the last frame that was seen. */
  readonly after: number;
  /** What is expected of the frame after it, where one was seen. */
  readonly first: Float32Array | undefined;
  /** Frames to expect. */
  readonly count: number;
}

/** What a network expects when it goes on by itself: it watches what it expected, a frame a call, so that others can be seen between. */
export class Rollout {
  readonly after: number;
  /** Each in [0, 1], so far. */
  readonly frames: Float32Array[] = [];
  readonly #memory: StreamMemory;
  readonly #count: number;

  /** @param memory its own: what it remembers of frames that never were goes with it */
  constructor(memory: StreamMemory, { after, first, count }: RolloutStart) {
    this.after = after;
    this.#memory = memory;
    this.#count = first ? count : 0;
    if (first && count > 0) this.frames.push(first);
  }

  /** One frame more. @returns false when there were enough */
  async next(): Promise<boolean> {
    if (this.frames.length >= this.#count) return false;
    this.frames.push(await this.#memory.advance(this.frames.at(-1)!));
    return true;
  }
}
