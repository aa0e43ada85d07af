import { ForeframeError, InterruptedError } from '../common/errors.js';
import { watchClipRun } from '../library/comparing/measureRuns.js';
import { commonArithmetic } from '../library/comparing/openCompared.js';
import { MOST_SHOWN, predictionsTogether } from '../library/comparing/predictionsTogether.js';
import type { Watching } from '../library/watching.js';
import type { ReportImage } from '../report/parts/reportData.js';
import { RunFolder } from '../runs/runFolder.js';
import type { PreparedRun } from './prepare.js';
import type { SweepTable, TriedRun } from './sweepTable.js';
import { cellTitle } from './sweepText.js';

/** Predictions of the same test clips, setting by setting. */
export interface SweepPredictions {
  readonly moving?: ReportImage;
  readonly strips: readonly ReportImage[];
  readonly notes: readonly string[];
}

/**
 * The same test clips as the best settings expect them, each by its seed with the lowest validation error; the best setting first. Nothing of runs on
 * images. What cannot be shown is said in a note: the table does not depend on it.
 * @throws InterruptedError when `signal` was aborted
 */
export async function sweepPredictions(
  runs: readonly PreparedRun[],
  tried: readonly TriedRun[],
  { rows }: SweepTable,
  watching: Watching,
): Promise<SweepPredictions> {
  const chosen = rows
    .flatMap(({ cell, validation }) => {
      const own = runs.flatMap(({ run, choice }, at) => {
        const { outcome } = tried[at]!;
        return run.cell === cell && outcome ? [{ run, choice, outcome }] : [];
      });
      if (!validation || own.length === 0) return [];
      const best = own.reduce((a, b) => (b.outcome.validation < a.outcome.validation ? b : a));
      return [{ ...best, name: cellTitle(cell) || 'the pipeline as it is', mean: validation.mean }];
    })
    .sort((a, b) => a.mean - b.mean)
    .slice(0, MOST_SHOWN);
  const left = rows.length - chosen.length;
  try {
    const opened = await Promise.all(
      chosen.map(async ({ name, choice }) => {
        const run = await RunFolder.open(choice.folder);
        return choice.kind === 'clips' ? [{ name, run, config: await run.readConfig() }] : [];
      }),
    );
    const clips = opened.flat();
    if (clips.length === 0) return { strips: [], notes: [] };
    const arithmetic = commonArithmetic(clips);
    const watched = [];
    for (const each of clips)
      watched.push({
        name: each.name,
        watched: await watchClipRun(each, clips[0]!.config, arithmetic, watching),
      });
    const shown = await predictionsTogether(watched);
    const seeds = chosen.map(({ name, run }) => `${name}: seed ${run.seed}`).join('; ');
    const more = left > 0 ? ` The ${chosen.length} best of ${rows.length} settings.` : '';
    return {
      ...shown,
      notes: [`Each setting by its seed with the lowest validation error (${seeds}).${more}`, ...shown.notes],
    };
  } catch (error) {
    if (!(error instanceof ForeframeError) || error instanceof InterruptedError) throw error;
    return { strips: [], notes: [`Predictions are left out: ${error.message}`] };
  }
}
