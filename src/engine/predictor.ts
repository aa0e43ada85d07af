import { types } from 'node:util';
import { ForeframeError } from '../common/errors.js';
import { requireMemory } from '../common/memory/requireMemory.js';
import { inputShape } from '../tensorflow/spec/inputShape.js';
import type { Engine } from './engine.js';
import { StreamMemory } from './online/streamMemory.js';

/** Float32 frames of one moment, `[batch, height, width, channels]` in [0, 1]. */
export type FrameValues = Float32Array;

/** How far beyond [0, 1] a value may lie: enough for rounding, but not for values in other units. */
const ROUNDING = 1e-4;

/**
 * Watches streams of frames, one at a time, and says after each which frame it expects next.
 * A rollout feeds it its own predictions.
 *
 * Calls run in the order in which they were made, awaited or not. A failed call leaves the memory unchanged:
 * later calls run as if it had not been made.
 */
export class Predictor {
  readonly #engine: Engine;
  readonly #stream: StreamMemory;
  /** Ends when all calls so far have. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#stream = new StreamMemory(engine);
  }

  /** Clears the memory when the calls so far have ended: the next frame starts another stream. */
  reset(): void {
    void this.#inTurn(async () => this.#stream.clear());
  }

  /**
   * Watch one frame and expect the next. The frame is copied: its array may be used again at once.
   * @throws ForeframeError when it is not a Float32Array of the right length with values in [0, 1]
   */
  async watch(frame: FrameValues): Promise<FrameValues> {
    const own = this.#checked(frame);
    return this.#inTurn(() => this.#stream.advance(own));
  }

  /**
   * The next `horizon` frames, going on from `expected`, the answer to the last frame watched. One call: nothing comes between.
   * @throws ForeframeError when `horizon` is no whole number from 0, or its frames do not fit into memory
   */
  async rollout(expected: FrameValues, horizon: number): Promise<FrameValues[]> {
    const first = this.#checked(expected);
    requireMemory({
      what: `a rollout of ${checkedHorizon(horizon)} frames`,
      parts: [{ name: 'frames', bytes: horizon * first.byteLength }],
      advice: (free) => `lower the horizon to ${Math.floor(free / first.byteLength)}, or use rolloutFrames`,
    });
    return this.#inTurn(async () => {
      const frames: FrameValues[] = [];
      for (let next = first; frames.length < horizon; ) {
        frames.push(next);
        if (frames.length < horizon) next = await this.#stream.advance(next);
      }
      return frames;
    });
  }

  /** The same one by one, in memory that does not grow with `horizon`. A frame of its own is watched when the next is asked for. */
  async *rolloutFrames(expected: FrameValues, horizon: number): AsyncGenerator<FrameValues, void, undefined> {
    checkedHorizon(horizon);
    let next = this.#checked(expected);
    for (let step = 1; step <= horizon; step++) {
      yield next.slice();
      const watched = next;
      if (step < horizon) next = await this.#inTurn(() => this.#stream.advance(watched));
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => {});
    return done;
  }

  /** A copy of what was given, if that can be watched. */
  #checked(frame: FrameValues): FrameValues {
    const shape = inputShape(this.#engine.inputs, 'advance', 'frame').toSpliced(1, 1);
    const size = shape.reduce((a, b) => a * b, 1);
    if (types.isUint8Array(frame) || types.isUint8ClampedArray(frame))
      throw new ForeframeError(
        'a frame of bytes cannot be watched: use fromBytes(frame), which scales to [0, 1]',
      );
    if (!types.isFloat32Array(frame))
      throw new ForeframeError(
        `a frame to watch is a Float32Array of values in [0, 1], not ${nameOf(frame)}`,
      );
    if (frame.length !== size)
      throw new ForeframeError(
        `the frame holds ${frame.length} values; [batch, height, width, channels] = [${shape.join(', ')}] needs ${size}`,
      );
    const copy = frame.slice();
    const bad = copy.findIndex((value) => !(value >= -ROUNDING && value <= 1 + ROUNDING));
    if (bad < 0) return copy;
    throw new ForeframeError(
      `the frame holds ${copy[bad]} at ${bad}: values to watch lie in [0, 1]; of bytes use fromBytes(frame)`,
    );
  }
}

/** @throws ForeframeError when it is not a number of frames */
function checkedHorizon(horizon: number): number {
  if (Number.isSafeInteger(horizon) && horizon >= 0) return horizon;
  throw new ForeframeError(`a rollout of ${horizon} frames: the horizon is a whole number from 0 on`);
}

function nameOf(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return `${value.constructor?.name ?? 'an object'}`;
}

/** Bytes to [0, 1]. @throws ForeframeError when it is given no bytes */
export function fromBytes(bytes: Uint8Array): FrameValues {
  if (!types.isUint8Array(bytes) && !types.isUint8ClampedArray(bytes))
    throw new ForeframeError(`fromBytes takes a Uint8Array, not ${nameOf(bytes)}`);
  return Float32Array.from(bytes, (value) => value / 255);
}

/** [0, 1] to bytes, rounded. */
export function toBytes(values: FrameValues): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(Math.min(Math.max(value, 0), 1) * 255));
}
