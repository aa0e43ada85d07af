import type { Named } from '../tensorflow/program.js';
import type { Engine } from './engine.js';

/** Float32 frames of one moment, `[batch, height, width, channels]` in [0, 1]. */
export type FrameValues = Float32Array;

/**
 * Watches streams of frames, one at a time, and says after each which frame it expects next.
 * Feeding it its own answers is a rollout.
 */
export class Predictor {
  readonly #engine: Engine;
  #memory: Named<Float32Array>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#memory = emptyMemory(engine);
  }

  /** Forget what was watched: the next frame is the first of another stream. */
  reset(): void {
    this.#memory = emptyMemory(this.#engine);
  }

  /** Watch one frame and expect the next. */
  async watch(frame: FrameValues): Promise<FrameValues> {
    const outputs = await this.#engine.run('advance', { frame, ...this.#memory });
    for (const name of Object.keys(this.#memory)) this.#memory[name] = outputs[name]!.data as Float32Array;
    return outputs.frame!.data as Float32Array;
  }

  /** The next `horizon` frames, going on from `expected`, the answer to the last frame watched. */
  async rollout(expected: FrameValues, horizon: number): Promise<FrameValues[]> {
    const frames: FrameValues[] = [];
    let next = expected;
    for (let step = 0; step < horizon; step++) {
      frames.push(next);
      if (step < horizon - 1) next = await this.watch(next);
    }
    return frames;
  }
}

function emptyMemory(engine: Engine): Named<Float32Array> {
  const memory: Named<Float32Array> = {};
  for (const [name, { shape }] of Object.entries(engine.inputs.advance!)) {
    if (name.startsWith('memory.')) memory[name] = new Float32Array(shape.reduce((a, b) => a * b, 1));
  }
  return memory;
}

/** Bytes to [0, 1]. */
export function fromBytes(bytes: Uint8Array): FrameValues {
  return Float32Array.from(bytes, (value) => value / 255);
}

/** [0, 1] to bytes, rounded. */
export function toBytes(values: FrameValues): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(Math.min(Math.max(value, 0), 1) * 255));
}
