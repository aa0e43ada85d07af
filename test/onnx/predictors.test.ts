import { describe, expect, it } from 'vitest';
import { required } from '../../src/common/required.js';
import { servedPredictor } from '../../src/engine/serving/servedPredictor.js';
import { createNetwork } from '../../src/models/index.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';
import { having, smallModels } from '../models/smallModels.js';
import { native } from '../tensorflow/programs.js';
import { computed, difference, drawn, exported, moved, withOnnx } from './exported.js';
import { largestDifference } from './runtime.js';

// Odd sides are rounded on the way down, and made whole again on the way up.
const frame = { height: 15, width: 18, channels: 3 };
const TIME = 3;

/** Frame t of clips `[batch, time, h, w, c]`. */
function at({ shape, data }: HostArray, t: number): HostArray {
  const [batch, time, ...sides] = shape as [number, number, ...number[]];
  const size = sides.reduce((a, b) => a * b, 1);
  const rows = Array.from({ length: batch }, (_, b) =>
    data.subarray((b * time + t) * size, (b * time + t + 1) * size),
  );
  return { shape: [batch, ...sides], data: Float32Array.from(rows.flatMap((row) => [...row])) };
}

describe.runIf(native)('a predictor as ONNX', () => {
  it.each(smallModels.filter(having('predictor')))(
    'computes what native TensorFlow does: %s',
    async (title, config) => {
      const model = createNetwork(config, frame).predictor!;
      const { program } = servedPredictor(model, {}, TIME);
      const state = moved(model.parameters(1));
      const { predict, encode, step } = exported(program, state) as Record<
        string,
        ReturnType<typeof exported>[string]
      >;

      // Any number of streams; any number of frames where none is watched on its own.
      const anyTime = ['autoencoder', 'frame-stack'].includes(config.name);
      expect(predict!.inputs.frames).toEqual(['batch', anyTime ? 'time' : TIME, 15, 18, 3]);
      expect(predict!.outputs.prediction).toEqual(predict!.inputs.frames);
      expect(step!.inputs.frame).toEqual(['batch', 15, 18, 3]);

      const differences: number[] = [];
      const sizes = { batch: 3, time: anyTime ? 5 : TIME };
      const frames = drawn([sizes.batch, sizes.time, 15, 18, 3], 1);
      const expected = computed(program, sizes, state, 'predict', { frames });
      for (const [entry, file] of [
        ['predict', predict!],
        ['encode', encode!],
      ] as const)
        await withOnnx(file, async (session) => {
          for (const batch of [3, 1]) {
            const given = batch === 3 ? frames : drawn([1, sizes.time, 15, 18, 3], 2);
            const native = computed(program, { ...sizes, batch }, state, entry, { frames: given });
            differences.push(difference(await session.run({ frames: given }), native));
          }
        });
      // One step after another, from zeros, is what the clip as a whole gives.
      await withOnnx(step!, async (session) => {
        let memory: Named<HostArray> = Object.fromEntries(
          Object.entries(step!.inputs).flatMap(([name, shape]) => {
            const sides = shape.map((side) => (side === 'batch' ? sizes.batch : Number(side)));
            const data = new Float32Array(sides.reduce((a, b) => a * b, 1));
            return name === 'frame' ? [] : [[name, { shape: sides, data }]];
          }),
        );
        for (let t = 0; t < sizes.time; t++) {
          const outputs = await session.run({ frame: at(frames, t), ...memory });
          const { prediction } = expected;
          differences.push(largestDifference(outputs.prediction!, at(prediction!, t)));
          memory = Object.fromEntries(
            Object.keys(memory).map((name) => [name, required(outputs, `${name}_next`)]),
          );
        }
      });
      console.info(`${title}: ${Math.max(...differences).toExponential(1)}`);
      expect(Math.max(...differences)).toBeLessThan(1e-5);
    },
  );
});
