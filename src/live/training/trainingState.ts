// What a page shows of a training: plain values that travel as JSON.

/**
 * Where a training is. `measuring`: the last step is done, and its weights are validated or tested. `killed`: it ended without
 * saving its last steps.
 */
export type Phase = 'preparing' | 'training' | 'measuring' | 'finished' | 'stopped' | 'killed';

/** A figure over the steps, in so many points at most; null where it was no number. */
export interface Curve {
  readonly steps: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface TrainingState {
  /** The run's folder. */
  readonly run: string;
  /** Name, method and model of the pipeline. */
  readonly name: string;
  readonly method: string;
  readonly model: string;
  /** It learns from clips of videos and predicts frames: there are images of that. */
  readonly predicts: boolean;
  readonly phase: Phase;
  readonly step: number;
  /** Steps in all, where that is the limit which is reached first. */
  readonly steps?: number;
  /** Seconds of training, over all sessions. */
  readonly seconds: number;
  /** From 0 to 1; missing where the pipeline counts passes and none is complete. */
  readonly progress?: number;
  readonly secondsLeft?: number;
  /** Over the last minute, with what validating and saving take. */
  readonly stepsPerSecond?: number;
  /** The step whose state the run's last checkpoint holds. */
  readonly saved?: number;
  /** The smallest validation error, and where it was. */
  readonly best?: { readonly error: number; readonly step: number };
  /** What was asked of the training and is not answered yet. */
  readonly asked?: 'stop' | 'save';
  /** How often it validates, in words. */
  readonly validates: string;
  /** The command that goes on with it. */
  readonly resume: string;
  /** Height and width of its frames. */
  readonly frame?: { readonly height: number; readonly width: number };
  readonly samples: readonly { readonly step: number; readonly name: string }[];
  /** The last value of each figure. */
  readonly latest: Readonly<Record<string, number | null>>;
  readonly curves: Readonly<Record<string, Curve>>;
}

/** Whether no process trains it any more. */
export function hasEnded({ phase }: { readonly phase: Phase }): boolean {
  return phase === 'finished' || phase === 'stopped' || phase === 'killed';
}
