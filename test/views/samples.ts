import fc from 'fast-check';
import { Random } from '../../src/common/random.js';
import { type SampleShape, type Samples, sampleBytes } from '../../src/views/view.js';

/** Samples of random bytes, no two likely the same. */
export function randomSamples(count: number, shape: SampleShape, seed: number): Samples {
  const random = new Random(seed);
  return {
    ...shape,
    count,
    data: Uint8Array.from({ length: count * sampleBytes(shape) }, () => random.integer(256)),
  };
}

/** Batches of square images or clips; `colours` only with three channels. */
export function batches({ colours = false, square = false, clips = true } = {}): fc.Arbitrary<Samples> {
  return fc
    .record({
      count: fc.integer({ min: 1, max: 4 }),
      frames: clips ? fc.constantFrom(1, 1, 3) : fc.constant(1),
      height: fc.integer({ min: 4, max: 9 }),
      width: fc.integer({ min: 4, max: 9 }),
      channels: colours ? fc.constant(3) : fc.constantFrom(1, 3),
      seed: fc.nat(),
    })
    .map(({ count, seed, ...shape }) =>
      randomSamples(count, square ? { ...shape, width: shape.height } : shape, seed),
    );
}

/** The bytes of each sample. */
export function rows({ count, data }: Samples): number[][] {
  const bytes = data.length / count;
  return Array.from({ length: count }, (_, i) => [...data.subarray(i * bytes, (i + 1) * bytes)]);
}

/** One frame of every sample, as images. */
export function frameOf(samples: Samples, frame: number): Samples {
  const bytes = sampleBytes(samples) / samples.frames;
  const data = new Uint8Array(samples.count * bytes);
  for (let i = 0; i < samples.count; i++) {
    const from = (i * samples.frames + frame) * bytes;
    data.set(samples.data.subarray(from, from + bytes), i * bytes);
  }
  return { ...samples, frames: 1, data };
}

/** One image of fixtures/references.json as one sample. */
export function packedImage({ base64, ...shape }: PackedImage): Samples {
  return { ...shape, count: 1, frames: 1, data: Uint8Array.from(Buffer.from(base64, 'base64')) };
}

export interface PackedImage extends Omit<SampleShape, 'frames'> {
  readonly base64: string;
}

/** Every number in what was drawn. */
export function flat(drawn: unknown): number[] {
  if (ArrayBuffer.isView(drawn)) return [...(drawn as Uint8Array)];
  return Object.values(drawn as object).flatMap(flat);
}
