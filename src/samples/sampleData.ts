import type { Samples } from '../views/view.js';

/** Images of one size with a class each, or clips of them. */
export interface ClassifiedImages {
  readonly count: number;
  /** Pixels of a side: images are square. */
  readonly side: number;
  readonly channels: number;
  /** Frames of each, where they are clips. */
  readonly frames?: number;
  /** `[count, side, side, channels]`, of clips `[count, frames, side, side, channels]`; 0 to 255. */
  readonly images: Uint8Array;
  /** `[count]`, from 0. */
  readonly labels: Uint8Array;
  /** Who or what each was taken of, where that is known: samples of one group resemble each other. */
  readonly groups?: SampleGroups;
}

/** Groups of samples: people, sessions, or the files that several were cut from. */
export interface SampleGroups {
  /** A person named them; else they are files. */
  readonly named: boolean;
  readonly names: readonly string[];
  /** `[count]`, places in `names`. */
  readonly of: Int32Array;
}

/** What a classifier is trained, chosen and tested on. */
export interface SampleData {
  /** In one line. */
  readonly description: string;
  readonly classes: readonly string[];
  /** Checksum of what is held out, of data of one's own. */
  readonly heldOut?: string;
  /** Checksum of the test images or clips with their classes and groups, of data of one's own. */
  readonly tested?: string;
  /** All images to train on. */
  readonly train: ClassifiedImages;
  /** Places in `train` of those whose labels may be used. */
  readonly labelled: readonly number[];
  readonly validation: ClassifiedImages;
  readonly test: ClassifiedImages;
}

/** The data with the first `count` images or clips of the validation and of the test split; with all where nothing is said. */
export function heldOut(data: SampleData, count?: number): SampleData {
  return { ...data, validation: firstOf(data.validation, count), test: firstOf(data.test, count) };
}

function firstOf(set: ClassifiedImages, count = set.count): ClassifiedImages {
  if (count >= set.count) return set;
  const { side, channels, frames = 1, images, labels, groups } = set;
  const bytes = frames * side * side * channels;
  return {
    ...set,
    count,
    images: images.subarray(0, count * bytes),
    labels: labels.subarray(0, count),
    ...(groups && { groups: { ...groups, of: groups.of.subarray(0, count) } }),
  };
}

/** Some images or clips of a set, as views take them. */
export function samplesOf({ side, channels, frames = 1 }: ClassifiedImages, data: Uint8Array): Samples {
  const count = data.length / (frames * side * side * channels);
  return { count, frames, height: side, width: side, channels, data };
}

/** Copy the images or clips at `places` side by side into `into`, `[places.length, …]`. */
export function gather(
  { images, side, channels, frames = 1 }: ClassifiedImages,
  places: readonly number[],
  into: Uint8Array = new Uint8Array(places.length * frames * side * side * channels),
): Uint8Array {
  const bytes = frames * side * side * channels;
  places.forEach((place, at) => {
    into.set(images.subarray(place * bytes, (place + 1) * bytes), at * bytes);
  });
  return into;
}
