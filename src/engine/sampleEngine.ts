import type { SampleConfig } from '../config/sampleConfig.js';
import { sampleMethodOf } from '../methods/index.js';
import { type NrmViewSizes, nrmViewProgram } from '../methods/rendering/nrmViews.js';
import { createNetwork, type FrameShape } from '../models/index.js';
import type { Threads } from '../tensorflow/backend/threads.js';
import type { ProgramSpec } from '../tensorflow/spec/program.js';

/** Everything that is needed to build the program of a training on images or short clips, in any thread. */
export interface SampleEngineConfig {
  readonly samples: SampleConfig;
  readonly image: FrameShape;
  /** Frames of a clip, where clips are classified. */
  readonly frames?: number;
  /** Classes of the data. */
  readonly classes?: number;
  /** Training samples; needed to train a method that keeps something of each. */
  readonly count?: number;
  readonly precision?: 'full' | 'fast';
  readonly threads?: Threads;
  /** Set for looking into the weights: the engine can then do nothing else. */
  readonly views?: NrmViewSizes;
}

/** The program that `config` describes. */
export function sampleProgram({
  samples,
  image,
  frames = 1,
  classes = samples.data.classes?.length ?? 10,
  count = 1,
  views,
}: SampleEngineConfig): ProgramSpec {
  const { model, method: settings, training, evaluation, seed } = samples;
  const network = createNetwork(model, image);
  if (views && network.renderer) return nrmViewProgram(network.renderer, views);
  const method = sampleMethodOf(settings);
  return method.build({
    ...{ settings, network, image, frames, classes, seed, training },
    samples: count,
    batch: evaluation.batch,
  });
}
