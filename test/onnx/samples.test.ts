import { describe, expect, it } from 'vitest';
import { servedSamples } from '../../src/engine/serving/servedSamples.js';
import { sampleMethodOf, sampleMethods } from '../../src/methods/index.js';
import type { AnyModelConfig } from '../../src/models/index.js';
import { namedTrace } from '../../src/tensorflow/export/exportOnnx.js';
import { openEntry } from '../../src/tensorflow/export/openEntry.js';
import { reachable } from '../../src/tensorflow/graph/graph.js';
import { VariableTable } from '../../src/tensorflow/graph/variableTable.js';
import { untranslated } from '../../src/tensorflow/onnx/translate.js';
import { type TinyPipeline, tinyPipeline, tinyPipelines } from '../methods/tinyPipelines.js';
import { smallModels } from '../models/smallModels.js';
import { native } from '../tensorflow/programs.js';
import { computed, difference, drawn, exported, moved, withOnnx } from './exported.js';

type OfImages = Extract<TinyPipeline, { samples: 'images' }>;

function servedOf({ config, data }: OfImages) {
  const image = { height: 8, width: 8, channels: 1 };
  return servedSamples({ samples: config, image, frames: data.train.frames });
}

function pipeline(method: string, model: AnyModelConfig): OfImages {
  const config = 'classes' in model ? { ...model, classes: 10 } : model;
  return tinyPipeline(sampleMethodOf({ name: method }), config, { steps: 1 }) as OfImages;
}

describe.runIf(native)('a network of images as ONNX', () => {
  it.each([
    ...smallModels.map(([title, config]) => ['supervised', title, config] as const),
    ...smallModels
      .filter(([, { name }]) => name === 'cnn')
      .slice(0, 1)
      .map(([title, config]) => ['mean-teacher', title, config] as const),
  ])('computes what native TensorFlow does: %s %s', async (method, title, config) => {
    const { program } = servedOf(pipeline(method, config));
    const state = moved(program.at(program.sizes).variables);
    const files = exported(program, state);
    expect(Object.keys(files)).toEqual(['classify', 'encode']);
    expect(files.classify!.outputs.logits![0]).toBe('batch');
    const differences: number[] = [];
    for (const [entry, file] of Object.entries(files))
      await withOnnx(file, async (session) => {
        for (const batch of [1, 3]) {
          const images = drawn(
            file.inputs.images!.map((side) => (side === 'batch' ? batch : Number(side))),
            batch,
          );
          const expected = computed(program, { batch }, state, entry, { images });
          differences.push(difference(await session.run({ images }), expected));
        }
      });
    console.info(`${method} ${title}: ${Math.max(...differences).toExponential(1)}`);
    expect(Math.max(...differences)).toBeLessThan(1e-5);
  });

  it.each(sampleMethods.map((method) => [method.name, method] as const))(
    'has a translation of every op, whatever it learned by: %s',
    (_name, method) => {
      const pipelines = tinyPipelines(method, { steps: 1 });
      expect(pipelines.length).toBeGreaterThan(0);
      for (const [, made] of pipelines) {
        const { program } = servedOf(made as OfImages);
        for (const entry of Object.keys(program.at(program.sizes).entries)) {
          const { recorded, open } = openEntry(entry, program, {
            table: new VariableTable(),
            finish: namedTrace,
          });
          expect(open).toEqual(['batch']);
          expect(untranslated(reachable(recorded.roots))).toEqual([]);
        }
      }
    },
  );
});
