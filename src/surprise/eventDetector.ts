/** Where in a row of scores something happened: numbers of frames. */
export interface Stretch {
  readonly start: number;
  /** The last frame that belongs to it. */
  readonly end: number;
  /** The frame of the highest score. */
  readonly peak: number;
  readonly score: number;
}

/** What a score began or ended. */
export type Change =
  | { readonly kind: 'began'; readonly stretch: Stretch }
  /** The score is the highest so far. */
  | { readonly kind: 'peak'; readonly stretch: Stretch }
  | { readonly kind: 'ended'; readonly stretch: Stretch };

export interface DetectorSettings {
  /** Score from which a stretch begins. */
  readonly threshold: number;
  /** Share of the threshold below which it does not go on. */
  readonly release: number;
  /** Frames below that until it has ended; two stretches begin no closer to each other than this. */
  readonly gap: number;
  /** Frames in a row from the threshold on until it has begun; 1 by default. */
  readonly least?: number;
}

/**
 * Finds stretches of high scores in a stream, each as soon as it begins. Two thresholds and a gap keep one happening in one piece
 * (hysteresis, as in Schmitt's trigger). What goes on for long is one stretch, unless something sudden begins in it: a cut from one
 * busy scene to another.
 */
export class EventDetector {
  readonly #settings: Required<DetectorSettings>;
  /** What goes on, or may be about to begin. */
  #open: Stretch | undefined;
  #began = false;
  /** Nothing sudden is going on: the next sudden frame begins something. */
  #armed = true;
  /** The last frame that was high enough to belong to it. */
  #frame = -1;

  constructor(settings: DetectorSettings) {
    this.#settings = { least: 1, ...settings };
  }

  /** Take in the score of the next frame. @param sudden how sudden that score is, on the same scale */
  take(score: number, sudden = 0): Change[] {
    const frame = ++this.#frame;
    const anew = this.#beginsAnew(frame, sudden);
    return anew ? [...this.end(), ...listed(this.#first(frame, score))] : this.#goOn(frame, score);
  }

  #beginsAnew(frame: number, sudden: number): boolean {
    const { threshold, release, gap } = this.#settings;
    const begins = this.#armed && sudden >= threshold;
    if (sudden >= threshold) this.#armed = false;
    else if (sudden < threshold * release) this.#armed = true;
    return begins && this.#began && frame - this.#open!.start >= gap;
  }

  #goOn(frame: number, score: number): Change[] {
    const { threshold, release, gap } = this.#settings;
    if (!this.#open) return score >= threshold ? listed(this.#first(frame, score)) : [];
    if (!this.#began) {
      if (score >= threshold) return listed(this.#higher(frame, score, true));
      this.#open = undefined;
      return [];
    }
    if (score >= threshold * release) return listed(this.#higher(frame, score, false));
    return frame - this.#open.end >= gap ? this.end() : [];
  }

  /** The stream is over, and with it what goes on. */
  end(): Change[] {
    const stretch = this.#open;
    const began = this.#began;
    this.#open = undefined;
    this.#began = false;
    return stretch && began ? [{ kind: 'ended', stretch }] : [];
  }

  #first(frame: number, score: number): Change | undefined {
    this.#open = { start: frame, end: frame, peak: frame, score };
    return this.#beginsNow();
  }

  #higher(frame: number, score: number, waiting: boolean): Change | undefined {
    const before = this.#open!;
    const highest = score > before.score;
    this.#open = { ...before, end: frame, ...(highest && { peak: frame, score }) };
    if (waiting) return this.#beginsNow();
    return highest ? { kind: 'peak', stretch: this.#open } : undefined;
  }

  #beginsNow(): Change | undefined {
    const { start, end } = this.#open!;
    if (end - start + 1 < this.#settings.least) return undefined;
    this.#began = true;
    return { kind: 'began', stretch: this.#open! };
  }
}

function listed(change: Change | undefined): Change[] {
  return change ? [change] : [];
}
