import { ForeframeError } from '../../src/common/errors.js';

/** Images of one size with a class each. */
export interface LabelledImages {
  readonly count: number;
  /** Pixels of a side: images are square. */
  readonly side: number;
  readonly channels: 1 | 3;
  /** `[count, side, side, channels]`, row-major, 0 to 255. */
  readonly images: Uint8Array;
  /** `[count]`, from 0. */
  readonly labels: Uint8Array;
}

/** A published training set and a published test set. */
export interface ImageSets {
  readonly train: LabelledImages;
  readonly test: LabelledImages;
}

/** Images that are held back from training to choose settings by. */
const VALIDATION = 5_000;

/** A training set without its last 5,000 images, and those: the fixed rule for settings chosen by validation. */
export function withValidation(train: LabelledImages): { train: LabelledImages; validation: LabelledImages } {
  const border = train.count - VALIDATION;
  return { train: part(train, 0, border), validation: part(train, border, train.count) };
}

/** Image `index` of a set, `[side, side, channels]`; a view, not a copy. */
export function imageAt({ images, side, channels }: LabelledImages, index: number): Uint8Array {
  const bytes = side * side * channels;
  return images.subarray(index * bytes, (index + 1) * bytes);
}

/** The error for a data package, unpacked in `folder`, whose files are not what they should be. */
export function damaged(folder: string, what: string, cause?: unknown): ForeframeError {
  return new ForeframeError(`${folder} ${what}: delete ${folder} and run this again`, { cause });
}

function part(set: LabelledImages, from: number, to: number): LabelledImages {
  const bytes = set.side * set.side * set.channels;
  return {
    ...set,
    count: to - from,
    images: set.images.subarray(from * bytes, to * bytes),
    labels: set.labels.subarray(from, to),
  };
}
