/** One decoded image, `[height, width, channels]`, uint8. */
export interface Frame {
  /** `height * width * channels` bytes, row by row, channels last. Owned by the receiver: never written again by the reader. */
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** 1 for grey, 3 for red-green-blue. */
  readonly channels: 1 | 3;
  /** Presentation time in seconds from the start of its file. */
  readonly time: number;
  /** Position in its file's sequence of emitted frames, from 0. */
  readonly index: number;
  /** The file, address or dataset clip it came from: clips never cross from one source to another. */
  readonly source: string;
}
