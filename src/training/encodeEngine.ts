import type { PipelineConfig } from './config.js';
import type { EncodeSettings, Pool } from './encodeProgram.js';
import { type Engine, openInlineEngine } from './engine.js';
import { frameShapeOf } from './frameShape.js';
import { checkEngineMemory } from './memory/checkMemory.js';
import { openThreadEngine } from './trainingThread.js';

/** Name of the layer that is no layer: the frames themselves, in [0, 1]. */
export const PIXELS = 'pixels';

/** Which thread loads TensorFlow: the training thread, or, for a program that needs TensorFlow itself, too, the one that asks. */
export type Where = 'training thread' | 'here';

/** The engine that looks into `batch` clips side by side. */
export async function openEncodeEngine(
  { name, model, data, seed, precision, threads }: PipelineConfig,
  batch: number,
  encode: EncodeSettings,
  where: Where = 'training thread',
): Promise<Engine> {
  const config = { model, frame: frameShapeOf(data), seed, batch, precision, threads, encode };
  checkEngineMemory(config, `${name}: looking into ${batch} clips of ${encode.times.at(-1)} frames`);
  return where === 'here' ? openInlineEngine(config) : openThreadEngine(config);
}

/** Shapes of all of a model's layers at one time, by name, found by letting it watch one frame. */
export async function describeLayers(
  config: PipelineConfig,
  pool: Pool,
  where?: Where,
): Promise<Record<string, readonly number[]>> {
  const engine = await openEncodeEngine(config, 1, { times: [1], pool }, where);
  try {
    const { height, width, channels } = frameShapeOf(config.data);
    const layers = await engine.run('encode', { clips: new Uint8Array(height * width * channels) });
    return Object.fromEntries(Object.entries(layers).map(([name, { shape }]) => [name, shape.slice(2)]));
  } finally {
    await engine.dispose();
  }
}

/**
 * The layers that hold what a model remembers, which are extracted when none is asked for: every LSTM's. A model without memory
 * has its deepest code instead: the last layer that is not of the encoder.
 */
export function memoryLayers(layers: readonly string[]): readonly string[] {
  const own = layers.filter((name) => name !== PIXELS);
  const lstm = own.filter((name) => name.startsWith('lstm.'));
  if (lstm.length > 0) return lstm;
  const code = own.findLast((name) => !name.startsWith('encoder.')) ?? own.at(-1);
  return code === undefined ? [] : [code];
}
