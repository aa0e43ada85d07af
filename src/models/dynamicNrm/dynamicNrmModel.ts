import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D, type Tensor5D } from '../../tensorflow/backend/tf.js';
import type { Named } from '../../tensorflow/spec/program.js';
import type { FrameShape, VideoModel } from '../videoModel.js';
import { type DynamicNrm, dynamicNrm, type Moment, type Past } from './dynamicNrm.js';
import type { DynamicNrmConfig } from './dynamicNrmConfig.js';
import { emptyMemory } from './switchMemory.js';

/**
 * The dynamic NRM as a model that expects the next frame. Its memory: m of each layer (`m0` at the image), v̂ and the sums of
 * the logits. Its latents: ψ of each layer (`layer.ℓ`), v̂ (`v`), the class `logits` of all frames so far, and ψ_L as it is
 * compared with the templates (`features`).
 */
export function dynamicNrmModel(config: DynamicNrmConfig, frame: FrameShape): VideoModel {
  const model = dynamicNrm(config, frame);
  const { layers, features } = model.still;
  const remembers = config.memory !== 'none';
  return {
    name: 'dynamic-nrm',
    frame,
    parameters: (seed) => model.parameters(seed),

    initialState: (batch) => ({
      evidence: tf.zeros([batch, config.classes]),
      ...(config.dynamics !== 'none' && { v: tf.zeros([batch, features]) }),
      ...(remembers && byLayer('m', emptyMemory(layers, batch))),
    }),

    watch(parameters, frames, state) {
      const moments: Moment[] = [];
      const expected: Tensor[] = [];
      let past = pastOf(state, remembers ? layers.length : 0);
      for (const x of tf.unstack(frames, 1) as Tensor4D[]) {
        const moment = model.filter(parameters, x, past);
        expected.push(model.expect(parameters, moment).image);
        moments.push(moment);
        past = moment.past;
      }
      return {
        prediction: tf.stack(expected, 1) as Tensor5D,
        state: stateOf(past),
        latents: latentsOf(model, moments),
      };
    },
  };
}

function latentsOf({ still }: DynamicNrm, moments: readonly Moment[]): Named<Tensor> {
  const overTime = (of: (moment: Moment) => Tensor) => tf.stack(moments.map(of), 1);
  const latents: Named<Tensor> = {};
  still.layers.forEach(({ name }, index) => {
    latents[name] = overTime(({ inference }) => inference.layers[index]!.map);
  });
  const v = moments.flatMap(({ past }) => past.v ?? []);
  if (v.length > 0) latents.v = tf.stack(v, 1);
  latents.logits = overTime(({ logits }) => logits);
  latents.features = overTime(({ inference }) => inference.features);
  return latents;
}

function stateOf({ memory, v, evidence }: Past): Named<Tensor> {
  return { evidence: evidence!, ...(v && { v }), ...(memory && byLayer('m', memory)) };
}

function pastOf(state: Named<Tensor>, layers: number): Past {
  const memory = Array.from({ length: layers }, (_, index) => tensorOf<Tensor4D>(state, `m${index}`));
  return {
    ...(layers > 0 && { memory }),
    v: state.v as tf.Tensor2D | undefined,
    evidence: tensorOf<tf.Tensor2D>(state, 'evidence'),
  };
}

function byLayer(name: string, maps: readonly Tensor4D[]): Named<Tensor4D> {
  return Object.fromEntries(maps.map((map, index) => [`${name}${index}`, map]));
}
