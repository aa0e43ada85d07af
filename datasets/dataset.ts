import type { Split } from '../src/stream/frameSource.js';
import type { Frame } from '../src/video/frame.js';

/** What a person should know before using a dataset. */
export interface DatasetCard {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Where it comes from: a paper, a package, a generator. */
  readonly source: string;
  readonly licence: string;
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly framesPerClip: number;
  /** Frames per second at which clips are encoded. */
  readonly rate: number;
  /** How the splits are kept apart. */
  readonly splits: string;
  /** Published number of clips per split. */
  readonly clips: Readonly<Record<Split, number>>;
  /** What generated the data, by name, with unit. */
  readonly latentVariables: Readonly<Record<string, string>>;
}

/** One clip with what generated it. */
export interface DatasetClip {
  readonly frames: readonly Frame[];
  /** Latent variables by name, one row of values per frame. */
  readonly latents: Readonly<Record<string, readonly (readonly number[])[]>>;
}

/** A dataset whose clips can be had one by one, the same every time. */
export interface Dataset {
  readonly card: DatasetCard;
  /** @param frames its length; the card's `framesPerClip` by default */
  clip(split: Split, index: number, frames?: number): DatasetClip;
}
