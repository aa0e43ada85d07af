import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/common/random.js';
import { exportOnnx } from '../../src/tensorflow/export/exportOnnx.js';
import type { EntryShapes, SizedProgram } from '../../src/tensorflow/export/sizedProgram.js';
import { compile } from '../../src/tensorflow/program/compile.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';
import { largestDifference, type OnnxSession, openOnnx } from './runtime.js';

/** An entry as ONNX: the bytes of its file, and what it takes and gives. */
export interface ExportedEntry extends EntryShapes {
  readonly bytes: Uint8Array;
}

/** All entries of a program, or those named, as ONNX. */
export function exported(
  program: SizedProgram,
  state: Named<HostArray>,
  names: readonly string[] = Object.keys(program.at(program.sizes).entries),
): Named<ExportedEntry> {
  // A folder of someone's own keeps the files, for other checkers to look at.
  const { FOREFRAME_KEEP_ONNX: kept } = process.env;
  const folder = mkdtempSync(join(kept ?? tmpdir(), 'foreframe-onnx-'));
  const entries = Object.fromEntries(names.map((name) => [name, `does ${name}`]));
  const metadata = { 'foreframe.run': 'test' };
  const shapes = exportOnnx({ program, state, entries, folder, about: {}, metadata, version: '1.2.3' });
  const made = Object.entries(shapes).map(([name, shape]) => {
    const bytes = readFileSync(join(folder, `${name}.onnx`));
    return [name, { ...shape, bytes }] as const;
  });
  if (kept === undefined) rmSync(folder, { recursive: true });
  return Object.fromEntries(made);
}

/** Values in [0, 1), the same for the same seed. */
export function drawn(shape: readonly number[], seed: number): HostArray {
  const random = new Random([seed, 11, 12, 13]);
  return {
    shape,
    data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform()),
  };
}

/** First weights, moved so that none is 0 or like another. */
export function moved(variables: Named<HostArray>): Named<HostArray> {
  const random = new Random([1, 2, 3, 4]);
  const entries = Object.entries(variables).map(([name, { shape, data }]) => {
    const around = name.endsWith('.variance') ? 1 : 0;
    const values = Float32Array.from(data, (v) => v + around + 0.2 * (random.uniform() - 0.5));
    return [name, { shape, data: values }] as const;
  });
  return Object.fromEntries(entries);
}

/** What native TensorFlow computes of an entry at these sizes. */
export function computed(
  program: SizedProgram,
  sizes: Named<number>,
  state: Named<HostArray>,
  entry: string,
  feeds: Named<HostArray>,
): Named<HostArray> {
  const spec = program.at({ ...program.sizes, ...sizes });
  const native = compile({ ...spec, variables: state }, { mode: 'eager' });
  const outputs = native.run(
    entry,
    Object.fromEntries(Object.entries(feeds).map(([name, { data }]) => [name, data])),
  );
  native.dispose();
  return outputs;
}

/** The largest difference between the two over all outputs, in parts of the largest value of each. */
export function difference(given: Named<HostArray>, expected: Named<HostArray>): number {
  const names = Object.keys(expected);
  if (Object.keys(given).sort().join() !== [...names].sort().join())
    throw new Error(`outputs ${Object.keys(given)} where ${names} were expected`);
  return Math.max(...names.map((name) => largestDifference(given[name]!, expected[name]!)));
}

/** Use a model, and let go of it. */
export async function withOnnx<T>(
  { bytes }: ExportedEntry,
  use: (session: OnnxSession) => Promise<T>,
  optimize = true,
): Promise<T> {
  const session = await openOnnx(bytes, optimize);
  try {
    return await use(session);
  } finally {
    await session.release();
  }
}
