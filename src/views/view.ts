import type { Random } from '../common/random.js';

/** One sample: an image has 1 frame; a clip, or an image cut into patches, has several. */
export interface SampleShape {
  readonly frames: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** A batch of images `[count, height, width, channels]` or of clips `[count, frames, height, width, channels]`. */
export interface Samples extends SampleShape {
  readonly count: number;
  readonly data: Uint8Array;
}

/** Draws the numbers of one sample after the other into `drawn`. */
export interface Drawing<D> {
  readonly drawn: D;
  draw(sample: number): void;
}

/** Changes one sample: reads `source` at `from`, writes `target` at `to`. The two are different buffers. */
export type Work = (source: Uint8Array, from: number, target: Uint8Array, to: number, sample: number) => void;

/**
 * A pure, seeded function from one batch to another. It first draws random numbers and then changes samples by them: the drawn
 * numbers can serve as a target, can change other samples in the same way, or can be chosen by the caller. Every sample takes
 * equally many random numbers, so that the first samples of a large batch are those of a small one.
 * @typeParam D what is drawn, typed arrays with a row for each sample
 */
export interface View<D = unknown> {
  /** Shape of what comes out. Throws a `ForeframeError` where a sample does not fit. */
  shape(input: SampleShape): SampleShape;
  start(input: SampleShape, count: number, random: Random): Drawing<D>;
  work(input: SampleShape, drawn: D): Work;
}

/** What a view draws. */
export type DrawnOf<V> = V extends View<infer D> ? D : never;

/** The shape alone, without the bytes. */
export function shapeOf({ frames, height, width, channels }: SampleShape): SampleShape {
  return { frames, height, width, channels };
}

export function frameBytes({ height, width, channels }: SampleShape): number {
  return height * width * channels;
}

export function sampleBytes(shape: SampleShape): number {
  return shape.frames * frameBytes(shape);
}

export function shapeText({ frames, height, width, channels }: SampleShape): string {
  return `${frames === 1 ? 'images' : `clips of ${frames} frames`} of ${width}×${height}×${channels}`;
}

/** Does the same to every frame of a sample. */
export function everyFrame(input: SampleShape, output: SampleShape, work: Work): Work {
  if (input.frames === 1) return work;
  const [read, written] = [frameBytes(input), frameBytes(output)];
  return (source, from, target, to, sample) => {
    for (let frame = 0; frame < input.frames; frame++)
      work(source, from + frame * read, target, to + frame * written, sample);
  };
}

/** A view that draws nothing. */
export function fixed(
  shape: (input: SampleShape) => SampleShape,
  work: (input: SampleShape) => Work,
): View<Record<never, never>> {
  return { shape, start: () => ({ drawn: {}, draw() {} }), work };
}

/** Copies a sample. */
export function copying(shape: SampleShape): Work {
  const bytes = sampleBytes(shape);
  return (source, from, target, to) => target.set(source.subarray(from, from + bytes), to);
}
