import { LatentsWriter } from '../../../src/analysis/latents/latentsWriter.js';
import { Random } from '../../../src/common/random.js';
import type { Checkpoint } from '../../../src/runs/checkpoint.js';

const ROWS = 40;

/** A small checkpoint of every kind of array that one holds. */
export function someCheckpoint(): Checkpoint {
  const random = new Random(1);
  const normal = (count: number) => Float32Array.from({ length: count }, () => random.normal());
  return {
    position: { step: 12, epoch: 1, batch: 3, seconds: 4.5, best: { error: 0.5, step: 10 } },
    state: {
      kernel: { shape: [3, 3, 1, 8], data: normal(72) },
      bias: { shape: [8], data: normal(8) },
      'optimizer/step': { shape: [], data: Int32Array.of(12) },
      'optimizer/kernel': { shape: [3, 3, 1, 8], data: normal(72) },
    },
  };
}

/** A small file of latents: several row groups, every kind of column. */
export async function writeLatents(path: string): Promise<void> {
  const random = new Random(2);
  const matrix = (columns: number) => ({
    rows: ROWS,
    columns,
    data: Float32Array.from({ length: ROWS * columns }, () => random.normal()),
  });
  const metadata = {
    run: 'run',
    model: 'pgn',
    config: 'name: x\n',
    seed: 1,
    step: 12,
    weights: 'trained',
    data: 'balls',
    split: 'test',
    clipLength: 4,
    times: [2, 4],
    pool: 'none',
    layers: { 'lstm.h': [8], 'encoder.1': [2, 2, 3] },
  };
  const writer = await LatentsWriter.open(path, metadata, { resume: true, rowGroupBytes: 1500 });
  await writer.write({
    rows: ROWS,
    columns: {
      clip: Int32Array.from({ length: ROWS }, (_, i) => i >> 1),
      time: Int32Array.from({ length: ROWS }, (_, i) => 2 + 2 * (i % 2)),
      'label.shape': Int32Array.from({ length: ROWS }, (_, i) => i % 3),
      'latent.angle': Float64Array.from({ length: ROWS }, () => random.normal()),
      source: Array.from({ length: ROWS }, (_, i) => `clip ${i >> 1}`),
    },
    layers: { 'lstm.h': matrix(8), 'encoder.1': matrix(12) },
  });
  await writer.finish();
  await writer.close();
}
