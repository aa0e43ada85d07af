import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { servedPredictor } from '../../src/engine/serving/servedPredictor.js';
import { createNetwork, type ModelName } from '../../src/models/index.js';
import tf, { type Tensor } from '../../src/tensorflow/backend/tf.js';
import { exportSavedModel } from '../../src/tensorflow/export/exportSavedModel.js';
import { findTfjsNode, requireTfjsNode } from '../../src/tensorflow/install/tfjsNode.js';
import type { HostArray, Named } from '../../src/tensorflow/spec/program.js';
import { having, smallModels } from '../models/smallModels.js';
import { computed, difference, drawn, moved } from '../onnx/exported.js';
import { native } from '../tensorflow/programs.js';

/** tfjs-node's reader of SavedModels, which computes with TensorFlow's own loader. */
interface SavedModelReader {
  loadSavedModel(
    folder: string,
    tags: string[],
    signature: string,
  ): Promise<{ predict(inputs: Named<Tensor>): Named<Tensor>; dispose(): void }>;
}

const predictors = smallModels.filter(having('predictor'));
/** One of each kind: their graphs are rewritten before sizes are opened, which the ONNX files' are not. */
const kinds = [...new Set(predictors.map(([, { name }]) => name))].map(
  (name): [ModelName, (typeof predictors)[number][1]] => [
    name,
    predictors.find(([, config]) => config.name === name)![1],
  ],
);

describe.runIf(native)('a predictor as SavedModel', () => {
  it.each(kinds)('computes at any batch what the run does: %s', async (_name, config) => {
    const model = createNetwork(config, { height: 15, width: 18, channels: 3 }).predictor!;
    const { program } = servedPredictor(model, {}, 3);
    const state = moved(model.parameters(1));
    const folder = mkdtempSync(join(tmpdir(), 'foreframe-saved-'));
    const signatures = { predict: 'predict', encode: 'encode', step: 'step' };
    const shapes = exportSavedModel({ program, state, signatures, folder });
    const [reader] = requireTfjsNode(findTfjsNode()!, join('dist', 'saved_model.js'));
    for (const [signature, { inputs }] of Object.entries(shapes)) {
      const served = await (reader as SavedModelReader).loadSavedModel(folder, ['serve'], signature);
      for (const batch of [1, 3]) {
        const sizes: Named<number> = { batch, time: 3 };
        const feeds: Named<HostArray> = Object.fromEntries(
          Object.entries(inputs).map(([name, shape], i) => {
            const sides = shape.map((side) => (typeof side === 'number' ? side : sizes[side]!));
            return [name, drawn(sides, i)];
          }),
        );
        const fed = Object.entries(feeds).map(([name, { data, shape }]) => [
          name,
          tf.tensor(data, [...shape]),
        ]);
        const outputs = served.predict(Object.fromEntries(fed));
        const given = Object.entries(outputs).map(([name, tensor]) => {
          return [name, { shape: tensor.shape, data: tensor.dataSync() as Float32Array }] as const;
        });
        const expected = computed(program, sizes, state, signature, feeds);
        expect(difference(Object.fromEntries(given), expected)).toBeLessThan(1e-5);
      }
      served.dispose();
    }
  });
});
