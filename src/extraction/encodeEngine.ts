import { frameShapeOf } from '../data/frameShape.js';
import type { EncodeSettings, Pool } from '../engine/encodeProgram.js';
import { type Engine, openInlineEngine } from '../engine/engine.js';
import type { FollowSettings } from '../engine/followProgram.js';
import { checkEngineMemory } from '../engine/memory/checkMemory.js';
import { openThreadEngine } from '../engine/trainingThread.js';
import type { WatchedConfig } from './watchedRun.js';

/** The name under which the frames themselves, in [0, 1], are extracted like a layer. */
export const PIXELS = 'pixels';

/** Which thread loads TensorFlow: the training thread, or the calling one, for a program that uses TensorFlow itself too. */
export type Where = 'training thread' | 'here';

/** The engine that looks into `batch` clips side by side. */
export async function openEncodeEngine(
  { name, model, data, seed, precision, threads, framewise }: WatchedConfig,
  batch: number,
  encode: EncodeSettings,
  where: Where = 'training thread',
): Promise<Engine> {
  const frame = frameShapeOf(data);
  const config = { model, frame, seed, batch, precision, threads, encode: { ...encode, framewise } };
  checkEngineMemory(config, `${name}: looking into ${batch} clips of ${encode.times.at(-1)} frames`);
  // Beside the analysis of this thread, which reads without waiting.
  return where === 'here' ? openInlineEngine(config, 'auto') : openThreadEngine(config);
}

/** The engine that follows one video with memory carried on. */
export async function openFollowEngine(
  { name, model, data, seed, precision, threads, framewise }: WatchedConfig,
  follow: FollowSettings,
): Promise<Engine> {
  const frame = frameShapeOf(data);
  const config = { model, frame, seed, batch: 1, precision, threads, follow: { ...follow, framewise } };
  checkEngineMemory(config, `${name}: following a video`);
  return openThreadEngine(config);
}

/** Shapes of all of a model's layers at one time, by name, found by letting it watch one frame. */
export async function describeLayers(
  config: WatchedConfig,
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
