import type { Watching } from '../watching.js';
import type { TrainEvent } from './trainEvent.js';

/** What a training is asked for; names are those of `foreframe train`. */
export interface TrainVerbOptions extends Watching {
  /** A YAML file, or the name of a pipeline that comes with foreframe. This, `config`, or `resume` with `folder`. */
  readonly pipeline?: string;
  /** Settings in place of a file, as `checkConfig` answers them or as they would stand in one. */
  readonly config?: object;
  /** Videos in place of the pipeline's own data: files, folders, patterns, image sequences or ffmpeg inputs. */
  readonly videos?: readonly string[];
  /** Settings over those of the pipeline, such as `training.seconds=60`. */
  readonly set?: readonly string[];
  /** What to do with a damaged stretch of video. */
  readonly onCorrupt?: 'skip' | 'fail';
  /** Run folder; `runs/<name of the pipeline>` by default, with a number where that is taken. */
  readonly folder?: string;
  /** Go on from the last checkpoint of the run in `folder`. */
  readonly resume?: boolean;
  /** Replace the run that `folder` holds: the files that it wrote. */
  readonly overwrite?: boolean;
  readonly onEvent?: (event: TrainEvent) => void;
}
