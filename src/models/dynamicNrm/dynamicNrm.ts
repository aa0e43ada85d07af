import { once } from '../../common/once.js';
import { tensorOf } from '../../nn/tensorOf.js';
import tf, { type Tensor, type Tensor4D } from '../../tensorflow/backend/tf.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import {
  type Inference,
  type InferenceOptions,
  type Nrm,
  nrm,
  pathOf,
  type Rendering,
} from '../nrm/index.js';
import type { FrameShape } from '../videoModel.js';
import { type DynamicNrmConfig, frameNrmConfig } from './dynamicNrmConfig.js';
import { expectedSwitches } from './expectedSwitches.js';
import { feedbackOf, type Memory, memoryParameters, remembered } from './switchMemory.js';
import { dynamicsParameters, expectedMove, movedTemplate } from './templateDynamics.js';

/** The memory of the previous frames. */
export interface Past {
  /** m by layer; none where there is no memory, and before the first frame. */
  readonly memory?: Memory;
  /** R ∗ m by layer. */
  readonly feedback?: readonly Tensor4D[];
  /** v̂, `[n, features]`; none where templates stand still, and before the first frame. */
  readonly v?: tf.Tensor2D;
  /** Σ_τ ⟨ψ_{τ,L}, μ_y⟩ over the frames so far, `[n, classes]`. */
  readonly evidence?: tf.Tensor2D;
}

/** The result of a frame. */
export interface Moment {
  /** The way up through this frame, with what the past fed back; its own logits are of this frame alone. */
  readonly inference: Inference;
  /** Σ_τ ⟨ψ_{τ,L}, μ_y⟩ + c_y, `[n, classes]`: their softmax is the class posterior of all frames so far. */
  readonly logits: tf.Tensor2D;
  /** ŷ by that posterior, one-hot. */
  readonly classes: tf.Tensor2D;
  /** μ_ŷ + v̂_τ, `[n, features]`. */
  readonly template: tf.Tensor2D;
  /** The feedback of the past into this frame. */
  readonly feedback?: readonly Tensor4D[];
  /** This frame as the model renders it: from the template with the switches that were found. Rendered when first asked for. */
  rendering(): Rendering;
  /** The memory for the next frame. */
  readonly past: Past;
}

export type FilterOptions = Pick<InferenceOptions, 'training' | 'keepAll' | 'randomUniform'>;

/** An NRM over time, on the parameters of the frame-wise one and R, F, G. */
export interface DynamicNrm {
  readonly config: DynamicNrmConfig;
  /** The model of one frame. */
  readonly still: Nrm;
  parameters(seed: number): Named<HostArray>;
  /** One more frame of each clip, `[n, height, width, channels]` in [0, 1]; `{}` is the past of a first one. */
  filter(parameters: Named<Tensor>, x: Tensor4D, past: Past, options?: FilterOptions): Moment;
  /** x̂_{τ+1}: the frame that is expected next, without a look at it. */
  expect(parameters: Named<Tensor>, moment: Moment): Rendering;
}

/**
 * Dynamic neural rendering model (foreframe's own; its authors name it as future work in arXiv 1811.02657). Over the frames of a
 * clip the class stays, its template moves (`g_τ = μ_y + v_τ, v_τ = F v_{τ−1} + ε`), and the switches have a prior with memory:
 * `p(z_τ | z_{τ−1}) ∝ exp(σ⁻² Σ_ℓ ⟨b_ℓ + R_ℓ ∗ m_{τ−1,ℓ}, u_{τ,ℓ}⟩)`. Given the switches before, inference is the CNN with another
 * bias: `ψ_{τ,ℓ} = MaxPool(ReLU(W_ℓ ψ_{τ,ℓ−1} + b_ℓ + R_ℓ ∗ m_{τ−1,ℓ}))`. R starts at 0, where it is the NRM frame by frame.
 * @throws UsageError when the frames are too small for the network
 */
export function dynamicNrm(config: DynamicNrmConfig, frame: FrameShape): DynamicNrm {
  const still = nrm(frameNrmConfig(config), frame);
  const { layers, features } = still;
  const leaks = config.activation === 'leaky-relu';
  const [remembers, moves] = [config.memory !== 'none', config.dynamics !== 'none'];

  return {
    config,
    still,

    parameters: (seed) => ({
      ...still.parameters(seed),
      ...memoryParameters(config, layers),
      ...(moves && dynamicsParameters(features)),
    }),

    filter(parameters, x, past, options = {}) {
      const feedback = past.feedback ?? (past.memory && feedbackOf(config, layers, parameters, past.memory));
      const inference = still.forward(parameters, x, { ...options, feedback });
      const own = tf.matMul(inference.features, tensorOf(parameters, 'classifier.weight')) as tf.Tensor2D;
      const evidence: tf.Tensor2D = past.evidence ? tf.add(past.evidence, own) : own;
      const logits: tf.Tensor2D = tf.add(evidence, tensorOf(parameters, 'classifier.bias'));
      const classes = likeliest(logits);
      const standing = still.templates(parameters, classes);
      const expected = past.v && expectedMove(parameters, past.v);
      const v = moves ? movedTemplate(parameters, inference.features, standing, expected) : undefined;
      const template: tf.Tensor2D = v ? tf.add(standing, v) : standing;
      const rendering = once(() => still.render(parameters, template, pathOf(inference)));
      const units = remembers && config.remembers === 'units' ? rendering() : undefined;
      const memory = remembers ? remembered(layers, inference.layers, units) : undefined;
      const next = memory && feedbackOf(config, layers, parameters, memory);
      return {
        inference,
        logits,
        classes,
        template,
        feedback,
        rendering,
        past: { memory, feedback: next, v, evidence },
      };
    },

    expect(parameters, { inference, classes, past }) {
      const standing = still.templates(parameters, classes);
      const template = past.v ? tf.add(standing, expectedMove(parameters, past.v)) : standing;
      const affines = inference.layers.map(({ affine }) => affine);
      const switches = layers.map((layer, index) => {
        const { full } = layer;
        const nothing = () =>
          tf.fill([standing.shape[0], full.height, full.width, full.channels], 0) as Tensor4D;
        const score = tf.add(past.feedback?.[index] ?? nothing(), affines[index]!.shift) as Tensor4D;
        return expectedSwitches(layer, score, leaks);
      });
      return still.render(parameters, template, { switches, affines });
    },
  };
}

function likeliest(logits: tf.Tensor2D): tf.Tensor2D {
  const answer = tf.argMax(logits, 1) as tf.Tensor1D;
  return tf.cast(tf.oneHot(answer, logits.shape[1]), 'float32') as tf.Tensor2D;
}
