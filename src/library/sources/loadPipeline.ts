import { UsageError } from '../../common/errors.js';
import { shorten } from '../../common/text/shorten.js';
import type { Config } from '../../config/anyConfig.js';
import { checkAnyConfig, readSettings } from '../../config/loadConfig.js';
import { isTable } from '../../config/ownKeys.js';
import { kindOfPipeline } from '../../config/pipelineKind.js';
import { isPlain } from '../../config/pipelineMethod.js';
import type { Plain } from '../../config/plainSettings.js';

/** What is named beside a pipeline in place of some of its settings. */
export interface NamedData {
  /** In place of the pipeline's own data. */
  readonly videos?: readonly string[];
  readonly onCorrupt?: 'skip' | 'fail';
}

/**
 * A pipeline with settings over it, checked: its method says what it learns from.
 * @throws UsageError that names the file, or the setting that is at fault
 */
export function loadPipeline(
  path: string,
  set: readonly string[] = [],
  named: NamedData = {},
): Promise<Config> {
  return blaming(path, set, async () =>
    checkAnyConfig(withNamedData(await readSettings(path, set), named, path), path),
  );
}

/**
 * Settings, as they are written, with named data in their place: videos or a table of clips, or one folder or table of images.
 * @throws UsageError where that is more than the pipeline learns from
 */
export function withNamedData(raw: Plain, { videos = [], onCorrupt }: NamedData, origin: string): Plain {
  if (videos.length === 0 && onCorrupt === undefined) return raw;
  const kind = kindOfPipeline(raw, origin);
  if (kind === 'images' && videos.length === 0) return raw;
  const data = {
    ...(isPlain(raw.data) && raw.data),
    ...(videos.length > 0 && {
      ...NO_ORIGIN,
      ...(kind === 'images' ? ownImages(videos, raw.data, origin) : ownClips(videos)),
    }),
    ...(kind === 'clips' && onCorrupt !== undefined && { onCorrupt }),
  };
  return { ...raw, data };
}

const NO_ORIGIN = { dataset: undefined, manifest: undefined, folder: undefined };

/** How many clips a pipeline makes of its dataset says nothing of others. */
const NO_COUNTS = { train: undefined, validation: undefined, test: undefined };

function ownImages(named: readonly string[], data: unknown, origin: string): Plain {
  const [own, another] = named;
  if (own === undefined || another !== undefined)
    throw new UsageError(
      `${origin} learns from images: name one folder that holds a folder for each class, or one table, not ${named.length}`,
    );
  const clips = isPlain(data) && isPlain(data.clips) ? { clips: { ...data.clips, ...NO_COUNTS } } : {};
  return { ...clips, ...(isTable(own) ? { manifest: own } : { folder: own }) };
}

function ownClips(named: readonly string[]): Plain {
  const table = named.find(isTable);
  if (table === undefined) return { videos: named };
  if (named.length > 1)
    throw new UsageError(
      `${table} is a table, which names its own videos: name it alone, or write all videos into it`,
    );
  return { videos: [], manifest: table };
}

/** A mistake in a setting is not the file's: where the first key that is wrong was set, that is said. */
async function blaming<T>(path: string, set: readonly string[], read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UsageError) || !error.message.startsWith(`${path}: `)) throw error;
    const said = error.message.slice(path.length + 2);
    const wrong = /^(?:unknown key )?([^\s:;,]+)/.exec(said)?.[1];
    // The last one counts: it stands over those before it.
    const setting = set.findLast((each) => wrong !== undefined && concerns(keyOf(each), wrong));
    if (setting === undefined) throw error;
    throw new UsageError(`--set ${shorten(setting, 80)}: ${said}`, { cause: error });
  }
}

function keyOf(setting: string): string {
  return setting.slice(0, setting.indexOf('=')).trim();
}

/** Whether setting `key` set what stands at `place`, or something in it. */
function concerns(key: string, place: string): boolean {
  return key === place || key.startsWith(`${place}.`) || place.startsWith(`${key}.`);
}
