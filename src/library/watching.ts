/** How far one of the tasks of a long piece of work is. */
export interface WorkProgress {
  /** What is done, such as `encoding bouncing-balls` or `evaluating`. Another task begins when the one before is over. */
  readonly task: string;
  readonly done: number;
  /** 0 where nobody knows, as for a camera. */
  readonly total: number;
  /** How far, in words: `12 of 40 clips`. */
  readonly text: string;
  /** Seconds that are left, where the work knows better than its share does. */
  readonly secondsLeft?: number;
}

/** Who watches a long piece of work, and may stop it. */
export interface Watching {
  /** Aborting ends the work in an InterruptedError, after saving where something can be gone on with. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: WorkProgress) => void;
  /** Hears a line on what else a person should know: a download that begins, a frame that could not be decoded. */
  readonly onNote?: (note: string) => void;
}
