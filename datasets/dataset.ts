import type { FetchOptions } from '../src/common/files/npmPackage.js';
import type { Split } from '../src/stream/frameSource.js';
import type { Frame } from '../src/video/frame.js';

/** The description of a dataset for its users. */
export interface DataCard {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Where it comes from: a paper, a package, a generator. */
  readonly source: string;
  readonly licence: string;
  /** How the splits are kept apart. */
  readonly splits: string;
  /** The variables that generate each frame, by name, with unit. */
  readonly latentVariables: Readonly<Record<string, string>>;
  /** Labels of a whole clip (a class, an identity), by name, with the values they take. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Files that nothing can fetch: whoever uses the dataset puts them into its folder of the cache. */
  readonly files?: readonly string[];
}

/** The card of a dataset that comes in clips. */
export interface DatasetCard extends DataCard {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly framesPerClip: number;
  /** Frames per second at which clips are encoded. */
  readonly rate: number;
  /** Published number of clips per split. */
  readonly clips: Readonly<Record<Split, number>>;
}

/** One clip with what generated it. */
export interface DatasetClip {
  readonly frames: readonly Frame[];
  /** Latent variables by name, one row of values per frame. */
  readonly latents: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** Labels of the clip by name. */
  readonly labels?: Readonly<Record<string, number>>;
}

/**
 * A dataset's clips, one by one, the same every time.
 * @param frames its length; the card's `framesPerClip` by default
 * @throws UsageError when a split ends before `index`
 */
export type Clips = (split: Split, index: number, frames?: number) => DatasetClip;

export interface OpenOptions extends FetchOptions {
  readonly signal?: AbortSignal;
}

/** Clips with a card; opening fetches or loads what they are made of. */
export interface Dataset {
  readonly card: DatasetCard;
  /** Raise it when the same split and number give another clip than before, so that clips in the cache are made again. */
  readonly version?: number;
  /** Its clips take longer to make than to read, so finite splits are kept in the cache (`keptClips`). */
  readonly keep?: boolean;
  /** @throws ForeframeError in one line when what it needs cannot be fetched or is damaged. */
  open(options?: OpenOptions): Promise<Clips>;
}
