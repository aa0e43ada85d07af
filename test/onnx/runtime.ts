import * as ort from 'onnxruntime-web';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

/** An ONNX model in a runtime that is not ours. */
export interface OnnxSession {
  readonly inputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];
  readonly outputs: readonly { readonly name: string; readonly shape: readonly (number | string)[] }[];
  run(feeds: Named<HostArray>): Promise<Named<HostArray>>;
  release(): Promise<void>;
}

/** @param optimize off to compute each operator as it is written */
export async function openOnnx(model: Uint8Array, optimize = true): Promise<OnnxSession> {
  const session = await ort.InferenceSession.create(model, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: optimize ? 'all' : 'disabled',
  });
  const shapes = (metadata: typeof session.inputMetadata) =>
    metadata.map((each) => ({ name: each.name, shape: each.isTensor ? each.shape : [] }));
  return {
    inputs: shapes(session.inputMetadata),
    outputs: shapes(session.outputMetadata),
    async run(feeds) {
      const tensors = Object.entries(feeds).map(
        ([name, { data, shape }]) =>
          [name, new ort.Tensor('float32', data as Float32Array, [...shape])] as const,
      );
      const results = await session.run(Object.fromEntries(tensors));
      return Object.fromEntries(
        Object.entries(results).map(([name, { data, dims }]) => [
          name,
          { data: data as Float32Array, shape: [...dims] },
        ]),
      );
    },
    release: () => session.release(),
  };
}

/** The largest difference of two tensors, in parts of the largest value of the expected one. */
export function largestDifference(given: HostArray, expected: HostArray): number {
  if (given.shape.join() !== expected.shape.join())
    throw new Error(`[${given.shape}] where [${expected.shape}] was expected`);
  let [difference, largest] = [0, 0];
  expected.data.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(given.data[i]! - value));
    largest = Math.max(largest, Math.abs(value));
    if (!Number.isFinite(given.data[i]!)) difference = Number.POSITIVE_INFINITY;
  });
  return largest === 0 ? difference : difference / largest;
}
