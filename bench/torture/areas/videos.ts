import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Random } from '../../../src/common/random.js';
import { dataConfig } from '../../../src/config/config.js';
import { videoSource } from '../../../src/data/videoSource.js';
import type { Split } from '../../../src/stream/frameSource.js';
import { type Frame, readFrames, type SkipReport } from '../../../src/video/index.js';
import { type Area, type CaseResult, Findings } from '../area.js';
import { judgeError } from '../judge.js';
import { lossEvidence } from '../lossEvidence.js';
import { type CodedVideo, codedVideos, FRAMES, numberIn, SIZE } from '../mutation/codedVideos.js';
import { type Mutated, mutate, pick } from '../mutation/mutate.js';
import { commandOf, killAll, MARK, marked } from '../processes/processes.js';

let healthy: CodedVideo[] = [];

/** Mutated videos, read in this process through `readFrames` and `videoSource`. */
export const videos: Area = {
  name: 'videos',
  async prepare(shared) {
    healthy = codedVideos(join(shared, 'videos'));
    return healthy.length === 0 ? 'this ffmpeg writes none of the videos' : undefined;
  },
  async run({ random, folder }): Promise<CaseResult> {
    const video = pick(healthy, random);
    const { path, mutated } = damaged(video, folder, random);
    const reading: Reading = {
      path,
      onCorrupt: pick(['fail', 'skip'] as const, random),
      bySplits: random.integer(4) === 0,
    };
    const findings = new Findings();
    const what =
      `${video.name}: ${mutated?.text ?? 'healthy'}; ${reading.bySplits ? 'videoSource' : 'readFrames'}, ` +
      `onCorrupt ${reading.onCorrupt}`;
    const seen = await read(reading);
    // Frames before an error are right ones too.
    judgeFrames(seen, mutated, findings);
    if (seen.error !== undefined) {
      const line = judgeError(seen.error, findings);
      if (!mutated) findings.add('silent loss', `a healthy video is refused: ${line}`);
      strays(findings);
      return findings.result(what, line, 'refused');
    }
    judgeCount(reading, seen, video, mutated, findings);
    strays(findings);
    const reports = seen.reports.map(({ count, message }) => `${count} skipped: ${message}`);
    return findings.result(
      what,
      `${seen.frames.length} of ${FRAMES} frames${reports.length > 0 ? `; ${reports.join('; ')}` : ''}`,
    );
  },
};

export interface Reading {
  readonly path: string;
  readonly onCorrupt: 'fail' | 'skip';
  readonly bySplits: boolean;
}

/** What came of reading a video. */
export interface Seen {
  /** In order; of splits one after the other. */
  readonly frames: readonly Frame[];
  /** How many frames each pass gave. */
  readonly passes: readonly number[];
  readonly reports: readonly SkipReport[];
  readonly error?: unknown;
}

function damaged({ path, name, images }: CodedVideo, folder: string, random: Random) {
  if (random.integer(15) === 0) return { path, mutated: undefined };
  if (!images) {
    const mutated = mutate(readFileSync(path), random);
    const file = join(folder, `mutated${extname(name)}`);
    writeFileSync(file, mutated.bytes);
    return { path: file, mutated };
  }
  const files = readdirSync(path);
  const hit = pick(files, random);
  for (const file of files) if (file !== hit) symlinkSync(join(path, file), join(folder, file));
  const mutated = mutate(readFileSync(join(path, hit)), random);
  writeFileSync(join(folder, hit), mutated.bytes);
  return { path: folder, mutated: { ...mutated, text: `${hit}: ${mutated.text}` } };
}

async function read({ path, onCorrupt, bySplits }: Reading): Promise<Seen> {
  const frames: Frame[] = [];
  const passes: number[] = [];
  const reports: SkipReport[] = [];
  const onSkip = (report: SkipReport) => void reports.push(report);
  const take = async (pass: AsyncIterable<Frame>) => {
    const before = frames.length;
    for await (const frame of pass) frames.push(frame);
    passes.push(frames.length - before);
  };
  try {
    if (bySplits) {
      const data = dataConfig.parse({ ...SIZE, color: 'grey', fit: 'fill', onCorrupt });
      const source = await videoSource([path], data, { onSkip });
      for (const split of ['train', 'validation', 'test'] satisfies Split[])
        await take(source.open(split, new AbortController().signal));
    } else await take(readFrames(path, { ...SIZE, color: 'grey', fit: 'fill', onCorrupt, onSkip }));
    return { frames, passes, reports };
  } catch (error) {
    return { frames, passes, reports, error };
  }
}

/** Sizes, times, and numbers where the mutation leaves what comes before it as it was. */
export function judgeFrames(
  { frames, passes, error }: Seen,
  mutated: Mutated | undefined,
  findings: Findings,
): void {
  const wrong = frames.find(
    ({ data, width, height, channels }) =>
      width !== SIZE.width ||
      height !== SIZE.height ||
      channels !== 1 ||
      data.length !== SIZE.width * SIZE.height,
  );
  if (wrong)
    findings.add(
      'wrong bits',
      `a frame of ${wrong.width}×${wrong.height}×${wrong.channels} with ${wrong.data.length} bytes`,
    );
  let end = 0;
  const starts = new Set(passes.map((count) => (end += count)));
  // Data that come again from the beginning on are a recording that was joined on: times begin again.
  const restarts = (i: number) =>
    mutated?.kind === 'duplicate' && frames[i]!.time <= 0.1 * frames[i - 1]!.time;
  const back = frames.findIndex(
    ({ time }, i) => i > 0 && !starts.has(i) && time < frames[i - 1]!.time && !restarts(i),
  );
  if (back > 0)
    findings.add('wrong bits', `times go back from ${frames[back - 1]!.time} s to ${frames[back]!.time} s`);
  if (frames.some(({ time }) => !Number.isFinite(time)))
    findings.add('wrong bits', 'a time that is no number');
  if (mutated && mutated.kind !== 'cut') return;
  // The last frames before a cut may be concealed ones.
  const numbers = frames.map(numberIn).slice(0, mutated ? -3 : undefined);
  const out = numbers.findIndex(
    (number, i) => i > 0 && number !== undefined && numbers[i - 1] !== undefined && number <= numbers[i - 1]!,
  );
  if (out > 0) findings.add('wrong bits', `frame ${numbers[out]} comes after frame ${numbers[out - 1]}`);
  if (!mutated && error === undefined && numbers.some((number, i) => number !== i))
    findings.add(
      'silent loss',
      `a healthy video came as ${numbers.map((number) => number ?? '?').join(' ')}`,
    );
}

/** Fewer frames than the healthy video has must have been reported. */
export function judgeCount(
  reading: Reading,
  seen: Seen,
  video: CodedVideo,
  mutated: Mutated | undefined,
  findings: Findings,
): void {
  const { frames, reports } = seen;
  if (frames.length >= FRAMES || (reading.onCorrupt === 'skip' && reports.length > 0)) return;
  const evidence =
    !mutated || mutated.kind === 'cut' || video.images
      ? (mutated?.text ?? 'it is healthy')
      : lossEvidence(reading.path, frames.length);
  if (evidence)
    findings.add('silent loss', `${frames.length} of ${FRAMES} frames without a word; ${evidence}`);
}

/** Processes of a case that is over. */
function strays(findings: Findings): void {
  const left = marked(process.env[MARK] ?? '', [process.pid]);
  if (left.length === 0) return;
  findings.add('leftover', `still running: ${left.map(commandOf).join('; ')}`);
  killAll(left);
}
