import type { Random } from '../common/random.js';
import { type Samples, sampleBytes, shapeOf, type View } from './view.js';

/** Views of a batch, and what was drawn for them. */
export interface Seen<D> {
  readonly samples: Samples;
  readonly drawn: D;
}

/**
 * Views of all samples.
 * @param random for one batch, as of `Random.for(seed, 'student/12')`
 * @param into takes the bytes, exactly as many; a new buffer by default. Not the samples' own.
 */
export function see<D>(view: View<D>, samples: Samples, random: Random, into?: Uint8Array): Seen<D> {
  const drawn = draw(view, samples, random);
  return { samples: apply(view, samples, drawn, into), drawn };
}

/** Only what `see` would draw. */
export function draw<D>(view: View<D>, samples: Samples, random: Random): D {
  const shape = shapeOf(samples);
  view.shape(shape);
  const drawing = view.start(shape, samples.count, random);
  for (let sample = 0; sample < samples.count; sample++) drawing.draw(sample);
  return drawing.drawn;
}

/** Views by what was drawn before, or chosen: deterministic. */
export function apply<D>(view: View<D>, samples: Samples, drawn: D, into?: Uint8Array): Samples {
  const { count, data } = samples;
  const input = shapeOf(samples);
  const output = view.shape(input);
  const [read, written] = [sampleBytes(input), sampleBytes(output)];
  if (data.length !== count * read)
    throw new RangeError(`the samples have ${data.length} bytes instead of ${count * read}`);
  const target = into ?? new Uint8Array(count * written);
  if (target.length !== count * written)
    throw new RangeError(`the output buffer has ${target.length} bytes instead of ${count * written}`);
  if (overlap(data, target))
    throw new RangeError('the output buffer is that of the samples: give it one of its own');
  const work = view.work(input, drawn);
  for (let sample = 0; sample < count; sample++) work(data, sample * read, target, sample * written, sample);
  return { ...output, count, data: target };
}

function overlap(a: Uint8Array, b: Uint8Array): boolean {
  const apart = a.byteOffset + a.length <= b.byteOffset || b.byteOffset + b.length <= a.byteOffset;
  return a.buffer === b.buffer && !apart;
}
