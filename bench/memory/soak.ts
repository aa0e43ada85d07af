import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { videoProgram } from '../../src/engine/videoProgram.js';
import { pgn } from '../../src/models/index.js';
import { loadTensorFlow } from '../../src/tensorflow/backend/backend.js';
import tf from '../../src/tensorflow/backend/tf.js';
import { compile } from '../../src/tensorflow/program/compile.js';

const BATCH = 4;
const STEPS = 5;
const SIZE = 16;

export interface SoakRow {
  /** Training steps taken so far. */
  readonly step: number;
  /** Tensors that tfjs holds. */
  readonly tensors: number;
  /** Resident memory in MiB. */
  readonly resident: number;
}

/** Train a small PGN in this process and look at the memory after some of its steps. */
export async function benchSoak(looks: readonly number[] = [200, 1000, 5000]): Promise<SoakRow[]> {
  await loadTensorFlow();
  const model = pgn(
    { name: 'pgn', filters: [8, 8], kernel: 3, lstm: 64, output: 'frame' },
    { height: SIZE, width: SIZE, channels: 1 },
  );
  const settings = {
    optimizer: { kind: 'rmsprop', decay: 0.9, momentum: 0 },
    method: { name: 'next-frame', predict: 'every', rollout: 0 },
  } as const;
  const program = compile(videoProgram(model, 1, { batch: BATCH, steps: STEPS }, settings));
  const clips = Uint8Array.from(
    { length: BATCH * (STEPS + 1) * SIZE ** 2 },
    (_, i) => (i * 2654435761) >>> 24,
  );
  const rows: SoakRow[] = [];
  for (let step = 1; step <= Math.max(...looks); step++) {
    program.run('train', { clips, learningRate: 0.001 });
    if (looks.includes(step)) rows.push({ step, ...memoryNow() });
  }
  program.dispose();
  return rows;
}

/** Tensors and resident memory, after JavaScript's own garbage is out of the way. */
export function memoryNow(): Omit<SoakRow, 'step'> {
  collectGarbage();
  return { tensors: tf.memory().numTensors, resident: process.memoryUsage.rss() / 2 ** 20 };
}

/** What waits to be collected says nothing about what is kept. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
}
