import type { Position } from '../../runs/checkpoint.js';
import { type Budget, progressOf } from '../../runs/finishedRun.js';

export interface TimeLeft {
  /** Steps in all, where that is the limit which is reached first. */
  readonly steps?: number;
  /** From 0 to 1. */
  readonly progress?: number;
  readonly secondsLeft?: number;
}

/**
 * How far a training is and how long it takes until the first of its limits. The log does not count passes: the last checkpoint says
 * how many steps one has, once one is complete.
 * @param now step and seconds that were logged last
 * @param saved where the last checkpoint stands
 */
export function timeLeft(
  now: { readonly step: number; readonly seconds: number; readonly stepsPerSecond?: number },
  { steps, epochs, seconds }: Budget,
  saved: Position | undefined,
): TimeLeft {
  const ofPass = saved && saved.epoch > 0 ? (saved.step - saved.batch) / saved.epoch : undefined;
  const ofPasses = epochs && ofPass ? epochs * ofPass : undefined;
  const ends = [steps, ofPasses].filter((end) => end !== undefined);
  if (ends.length === 0 && seconds === undefined) return {};
  const most = ends.length > 0 ? Math.min(...ends) : undefined;
  const { step, seconds: taken, stepsPerSecond } = now;
  const progress = progressOf({ step, seconds: taken, epoch: 0, batch: 0 }, { steps: most, seconds });
  const [ofClock, ofSteps] = [
    seconds === undefined ? undefined : seconds - taken,
    most === undefined || !stepsPerSecond ? undefined : (most - step) / stepsPerSecond,
  ];
  const left = Math.min(ofClock ?? Number.POSITIVE_INFINITY, ofSteps ?? Number.POSITIVE_INFINITY);
  const byClock = ofClock !== undefined && (ofSteps === undefined || ofClock < ofSteps);
  return {
    ...(most !== undefined && !byClock && { steps: Math.ceil(most) }),
    progress: Math.min(1, progress),
    ...(Number.isFinite(left) && { secondsLeft: Math.max(0, left) }),
  };
}
