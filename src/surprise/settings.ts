import { UsageError } from '../common/errors.js';

/** What counts as usual, and what as an event. Few numbers, each with its reason. */
export interface SurpriseSettings {
  /**
   * Frames that say what is usual: those before this one. 1,500 are a minute at 25 a second: long enough that something which lasts
   * for ten seconds does not become usual meanwhile, short enough to follow the light of a day.
   */
  readonly window: number;
  /** Frames without a score at the beginning of a video: a network has to see some motion, and a median needs some values. */
  readonly warmUp: number;
  /** Score at which an event begins. At 6 robust deviations a normal distribution gives none in years. */
  readonly threshold: number;
  /** Share of the threshold below which an event is over: less than 1, so that one event does not fall apart at its border. */
  readonly release: number;
  /** Frames below that, one after the other, until it is over: events closer together, here half a second, are one. */
  readonly gap: number;
  /** Frames in a row for an event in which less happens than usual: single frames that come twice are no event. */
  readonly stillFrames: number;
}

export const defaultSurprise: SurpriseSettings = {
  window: 1500,
  warmUp: 25,
  threshold: 6,
  release: 0.5,
  gap: 12,
  stillFrames: 50,
};

/** Most frames of the window: four hours at 25 a second, some megabytes. */
const LONGEST_WINDOW = 360_000;

/** The settings that were given over the usual ones. @throws UsageError naming the first that is wrong */
export function surpriseSettings(given: Partial<SurpriseSettings> = {}): SurpriseSettings {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const settings: SurpriseSettings = { ...defaultSurprise, ...Object.fromEntries(set) };
  const { window, warmUp, threshold, release } = settings;
  for (const key of ['window', 'warmUp', 'gap', 'stillFrames'] as const)
    if (!Number.isSafeInteger(settings[key]) || settings[key] < 1)
      throw new UsageError(`${key} ${settings[key]}: give a whole number of frames from 1 on`);
  if (window < 10 || window > LONGEST_WINDOW)
    throw new UsageError(`window ${window}: give from 10 to ${LONGEST_WINDOW} frames`);
  if (warmUp > window) throw new UsageError(`warmUp ${warmUp}: give at most window, ${window} frames`);
  if (!(threshold > 0 && Number.isFinite(threshold)))
    throw new UsageError(`threshold ${threshold}: give a number above 0`);
  if (!(release > 0 && release <= 1))
    throw new UsageError(`release ${release}: give a share of the threshold above 0, at most 1`);
  return settings;
}
