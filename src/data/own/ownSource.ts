import { UsageError } from '../../common/errors.js';
import type { DataConfig } from '../../config/config.js';
import type { FrameSource, Split } from '../../stream/frameSource.js';
import type { SourceColumns } from '../../stream/sourceColumns.js';
import { framesIn } from '../framesIn.js';
import { heldOutChecksum, noteOfChange } from '../heldOut.js';
import { type MeasuredVideo, measuredVideos } from '../measuredVideo.js';
import { SPLITS, type Stretch } from '../timeSplit.js';
import { framesOf, readStretches, reportCut, reporter, type VideoSourceOptions } from '../videoSource.js';
import { nameOfOwn } from './folderRows.js';
import { oddNames } from './oddNames.js';
import { classesOf, type OwnRow, type OwnRows } from './ownRow.js';
import { SPLIT_SEED, type SplitOfRows, splitRows } from './splitRows.js';
import { rowName, testedRows } from './testedRows.js';

/** Seconds by which a stated end may lie behind the last image: times are often rounded. */
const ROUNDED = 0.1;
/** Rows that are named in a note. */
const NAMED = 3;

/** One's own clips as frames by split, and, in the order of the table, all of them. */
export interface OwnSource extends FrameSource {
  readonly frames: Readonly<Record<Split, number>>;
  /** How long each row is, in the order of the table; seconds where its images have times. */
  readonly lengths: readonly { readonly frames: number; readonly seconds?: number }[];
  columnsOf(source: string): SourceColumns | undefined;
  /** Frames of one pass over all splits, in the order of the table or folder. */
  openAll(signal: AbortSignal): ReturnType<FrameSource['open']>;
}

export interface OwnSourceOptions extends VideoSourceOptions {
  /** Hears what a person should know: clips that are left out, and how they were split. */
  readonly onNote?: (note: string) => void;
  /** Frames that a clip needs; as many as training takes of it by default. */
  readonly clip?: number;
  /** What a clip is called; `clips` by default. */
  readonly things?: string;
  /** They are looked at as they are: rows without a split are of split `all`. */
  readonly undivided?: boolean;
}

/**
 * Clips of one's own, each a source of its own, split as `splitRows` says.
 * @throws ForeframeError in one line for a video that cannot be measured, a time that it does not have, or splits that cannot be made
 */
export async function ownSource(
  own: OwnRows,
  data: DataConfig,
  options: OwnSourceOptions = {},
): Promise<OwnSource> {
  if (data.start !== undefined || data.duration !== undefined)
    throw new UsageError(
      'data.start and data.duration are for videos as they are: give the clips of a table its columns start and end',
    );
  if (data.split.by === 'time')
    throw new UsageError(
      'data.split.by: time is for videos as they are: clips of your own are split by file or group, or by the column split',
    );
  const { signal, clip = data.steps + 1, things = 'clips', onNote = () => {} } = options;
  const { seed = SPLIT_SEED } = data.split;
  const measured = await measuredRows(own.rows, data, signal);
  const reports = reporter(options);
  reportCut(measured, data, reports);
  const stretches = own.rows.map((row, at) => stretchOf(row, measured[at]!, data));
  const lengths = stretches.map(({ frames }, at) => ({ frames, ...secondsOf(own.rows[at]!, measured[at]!) }));
  const { splits, text, notes } = options.undivided ? undivided(own) : splitRows(own, data.split, seed);
  [...oddNames(own), ...notes].forEach(onNote);
  const heldOut = options.undivided ? undefined : checkedHeldOut(own, splits, data, onNote);
  noteShort(own, stretches, clip, onNote);
  const bySplit = Object.fromEntries(
    SPLITS.map((split) => [split, stretches.filter((_, at) => splits[at] === split)]),
  ) as Record<Split, Stretch[]>;
  const shownSplit = (at: number) => (options.undivided ? (own.rows[at]!.split ?? 'all') : splits[at]!);
  const columns = new Map(
    own.rows.map(({ source, columns: known }, at) => [source.name, { ...known, split: shownSplit(at) }]),
  );
  const counts = options.undivided ? undefined : SPLITS.map((split) => bySplit[split].length);
  const description = describeOwn(own, things, text, counts);
  const read = (chosen: readonly Stretch[], stop: AbortSignal) =>
    readStretches(chosen, data, { ...options, onSkip: reports, signal: stop });
  return {
    description,
    heldOut,
    ...(!options.undivided && { tested: await testedRows(own, splits) }),
    grouped: own.grouped,
    frames: framesOf(bySplit),
    lengths,
    unserved: unserved(description, bySplit, clip, data.split.validation),
    columnsOf: (source) => columns.get(source),
    open: (split, stop) => read(bySplit[split], stop),
    openAll: (stop) => read(stretches, stop),
  };
}

/** @returns checksum of what is held out */
function checkedHeldOut(
  { origin, rows }: OwnRows,
  splits: readonly Split[],
  { split: { heldOut: before } }: DataConfig,
  onNote: (note: string) => void,
): string {
  const namesOf = (split: Split) => rows.filter((_, at) => splits[at] === split).map(rowName);
  const now = heldOutChecksum({ validation: namesOf('validation'), test: namesOf('test') });
  const note = noteOfChange(nameOfOwn(origin), before, now);
  if (note !== undefined) onNote(note);
  return now;
}

function undivided({ rows }: OwnRows): SplitOfRows {
  return { splits: rows.map(({ split }) => split ?? 'test'), text: 'all of them', notes: [] };
}

/** What each row's file holds; a file that stands in many rows is measured once. */
async function measuredRows(
  rows: readonly OwnRow[],
  data: DataConfig,
  signal: AbortSignal | undefined,
): Promise<MeasuredVideo[]> {
  const fileOf = ({ source }: OwnRow) => (source.kind === 'file' ? source.path : source.name);
  const files = new Map(rows.map((row) => [fileOf(row), row.source]));
  // Whole files, whether their images have times or not.
  const whole = { ...data, split: { ...data.split, by: 'file' as const } };
  const measured = await measuredVideos([...files.values()], whole, signal);
  const byFile = new Map([...files.keys()].map((file, at) => [file, measured[at]!]));
  return rows.map((row) => byFile.get(fileOf(row))!);
}

/** @throws Error of the row for a time that its video does not have */
function stretchOf({ source, start, end, fault }: OwnRow, video: MeasuredVideo, data: DataConfig): Stretch {
  const { span } = video;
  if (!span) {
    if (start !== undefined || end !== undefined)
      throw fault('start', `${source.name} does not say when its images are shown: leave start and end out`);
    return { source, frames: framesIn(span, video.from, video.to, data.rate) };
  }
  const last = `the video ends after ${span.end.toFixed(2)} s`;
  if (start !== undefined && start >= span.end) throw fault('start', `${start} s is past the end: ${last}`);
  if (end !== undefined && end > span.end + ROUNDED) throw fault('end', `${end} s is past the end: ${last}`);
  if (end !== undefined && end <= span.begin)
    throw fault('end', `${end} s lies before the first image, which comes at ${span.begin.toFixed(2)} s`);
  // Up to the last image where it is meant: the times of images are rounded too.
  const reaches = end === undefined || end >= span.end;
  const duration = reaches ? undefined : end - (start ?? 0);
  const frames = framesIn(span, start ?? span.begin, reaches ? span.end : end, data.rate);
  return { source, start: start || undefined, duration, frames };
}

/** An image by itself lasts for no time. */
function secondsOf({ source, start, end }: OwnRow, { span }: MeasuredVideo): { readonly seconds?: number } {
  if (!span || (source.kind === 'images' && source.files.length === 1)) return {};
  return { seconds: Math.min(end ?? span.end, span.end) - Math.max(start ?? span.begin, span.begin) };
}

function noteShort(
  { rows }: OwnRows,
  stretches: readonly Stretch[],
  clip: number,
  onNote: (note: string) => void,
): void {
  const short = rows.filter((_, at) => stretches[at]!.frames < clip);
  if (short.length === 0) return;
  const names = short.slice(0, NAMED).map(({ source }) => source.name);
  const more = short.length > NAMED ? ', …' : '';
  onNote(
    `warning: ${short.length} of ${rows.length} clips hold fewer than the ${clip} frames that are learned from at once, and are ` +
      `left out (${names.join(', ')}${more}): lower data.steps to use them`,
  );
}

/** @param counts of each split; none where they are not split */
function describeOwn(
  { origin, rows }: OwnRows,
  things: string,
  text: string,
  counts: readonly number[] | undefined,
): string {
  const classes = classesOf(rows).length;
  const of = classes > 0 ? ` of ${classes} ${classes === 1 ? 'class' : 'classes'}` : '';
  const sizes = counts && `, ${text}: ${counts.join(' + ')} to train, validate and test`;
  return `${nameOfOwn(origin)} (${rows.length} ${things}${of}${sizes ?? ''})`;
}

function unserved(
  description: string,
  bySplit: Record<Split, readonly Stretch[]>,
  clip: number,
  validation: number,
): string | undefined {
  const lacking = (['validation', 'test'] as const).find(
    (split) => (split === 'test' || validation > 0) && !bySplit[split].some(({ frames }) => frames >= clip),
  );
  if (lacking === undefined) return undefined;
  return `${description}: no clip of the ${lacking} split holds ${clip} frames: name longer ones, or lower data.steps`;
}
