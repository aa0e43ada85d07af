import tf, { type Tensor5D } from '../../tensorflow/backend/tf.js';
import { entryOf } from '../../tensorflow/spec/entry.js';
import type { Entry } from '../../tensorflow/spec/program.js';
import { teacherOf } from '../parts/teacher.js';
import type { SampleReader } from './sampleReader.js';

interface Samples {
  /** Frames of a sample; 1 for images. */
  readonly frames: number;
}

const scalar = { shape: [], dtype: 'float32' } as const;

/** What every training step of a classifier takes, but for samples without a label. */
export function stepInputs(reader: SampleReader, sizes: Samples & { readonly labelled: number }) {
  return {
    labelled: samplesInput(reader, sizes, sizes.labelled),
    labels: { shape: [sizes.labelled], dtype: 'int32' },
    learningRate: scalar,
    ramp: scalar,
    teacherDecay: scalar,
    statisticsDecay: scalar,
  } as const;
}

/** Samples to be fed as bytes, `[count, frames, h, w, c]`. */
export function samplesInput({ image }: SampleReader, { frames }: Samples, count: number) {
  const { height, width, channels } = image;
  return { shape: [count, frames, height, width, channels], dtype: 'uint8' } as const;
}

/** images `[batch, frames, h, w, c]` → logits and teacherLogits `[batch, classes]`, of clips after the last frame. */
export function evaluateEntry(reader: SampleReader, sizes: Samples & { readonly batch: number }): Entry {
  return entryOf({ images: samplesInput(reader, sizes, sizes.batch) }, ({ images }, { variables }) => {
    const samples = tf.div<Tensor5D>(images, 255);
    return {
      logits: reader.read(variables, samples).logits,
      teacherLogits: reader.read(teacherOf(variables), samples).logits,
    };
  });
}
