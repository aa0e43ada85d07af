/** Pictures of one size with a class each, or clips of them. */
export interface ClassifiedImages {
  readonly count: number;
  /** Pixels of a side: pictures are square. */
  readonly side: number;
  readonly channels: number;
  /** Frames of each, where they are clips. */
  readonly frames?: number;
  /** `[count, side, side, channels]`, of clips `[count, frames, side, side, channels]`; 0 to 255. */
  readonly images: Uint8Array;
  /** `[count]`, from 0. */
  readonly labels: Uint8Array;
}

/** What a classifier is trained, chosen and tested on. */
export interface ClassifierData {
  /** In one line. */
  readonly description: string;
  readonly classes: readonly string[];
  /** All pictures to train on. */
  readonly train: ClassifiedImages;
  /** Places in `train` of those whose labels may be used. */
  readonly labelled: readonly number[];
  readonly validation: ClassifiedImages;
  readonly test: ClassifiedImages;
}

/** Copy the pictures or clips at `places` side by side into `into`, `[places.length, …]`. */
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
