import { statSync } from 'node:fs';
import { datasets } from '../../../datasets/index.js';
import type { AnalysisSettings } from '../../analysis/battery/runAnalysis.js';
import { UsageError } from '../../common/errors.js';
import { isTable, ownOrigin } from '../../config/ownKeys.js';
import type { WatchedConfig } from '../../extraction/watchedRun.js';

/** What an analysis looks at. */
export interface AnalysisChoice {
  /** Whose clips to watch; the run's own dataset by default. */
  readonly data?: string;
  /** Training clips for the probes; 1000 by default. */
  readonly clips?: number;
  /** The model's memory by default. */
  readonly layers?: readonly string[];
  /** Frames of each clip; as many as the run was trained to watch by default. */
  readonly steps?: number;
  /** Rotating faces: new people to tell apart; 50 by default. */
  readonly people?: number;
  /** Rotating faces: they turn by so many degrees a frame; 0, which is the default, stands still. */
  readonly turn?: number;
  /** Draws of training angles or of few labels; 5 by default. */
  readonly draws?: number;
  /** Of all draws; 0 by default. */
  readonly seed?: number;
}

/** What decides whether two analyses can be compared. @throws UsageError when it is not known what generated the clips */
export function settingsOf(
  { data }: WatchedConfig,
  { data: asked, clips = 1000, steps, people = 50, turn = 0, draws = 5, seed = 0 }: AnalysisChoice,
): AnalysisSettings {
  const known = data.dataset === undefined ? ownOrigin(data) : moving(data.dataset);
  const dataset = asked ?? known;
  const isOwn =
    dataset !== undefined && (dataset === ownOrigin(data) || isTable(dataset) || isFolder(dataset));
  if (dataset === undefined || (!isOwn && !datasets.some(({ card }) => card.name === dataset))) {
    const names = datasets.map(({ card }) => card.name).join(', ');
    throw new UsageError(
      `an analysis needs clips of which is known what generated them: give --data with one of ${names}, or with a table or a folder of classes of your own`,
    );
  }
  const frame = `${data.width}×${data.height} ${data.color}`;
  return { dataset, frame, clips, steps: steps ?? data.steps, people, turn, draws, seed };
}

function isFolder(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Models can only be compared on the same clips: those that saw still ones are shown the moving ones, too. */
function moving(dataset: string): string {
  const name = dataset.replace(/-static$/, '');
  return datasets.some(({ card }) => card.name === name) ? name : dataset;
}

/** Where the numbers of a page lie. */
export function jsonBeside(page: string): string {
  return page.replace(/\.html$/, '.json');
}
