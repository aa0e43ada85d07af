import { join } from 'node:path';
import { InterruptedError } from '../../common/errors.js';
import { expectedFrames } from '../../data/framesIn.js';
import { signalsOf } from '../../library/surprise.js';
import { type WatchedVideo, watchAll } from '../../library/surprising/watchAll.js';
import type { SeenFrame, SourceEnd } from '../../library/surprising/watchVideo.js';
import { defaultSurprise } from '../../surprise/index.js';
import { type Frame, probeVideo, type VideoSource, writeVideo } from '../../video/index.js';
import { startProgress, withInterrupt } from '../terminal/terminal.js';
import { FolderNames } from './names.js';
import { eventText, speedText } from './surpriseText.js';
import { VideoOutput } from './videoOutput.js';
import { Webhook } from './webhook.js';

export interface SurpriseCommandOptions {
  readonly out: string;
  readonly window?: number;
  readonly threshold?: number;
  /** `true` is one step a frame. */
  readonly learn?: boolean | number;
  readonly save?: string;
  readonly webhook?: string;
  readonly video: boolean;
  readonly json?: boolean;
}

/** `foreframe surprise RUN VIDEO…` */
export async function surpriseCommand(
  run: string,
  videos: readonly string[],
  options: SurpriseCommandOptions,
): Promise<void> {
  const { window, threshold, learn, save, webhook: address } = options;
  const webhook = address === undefined ? undefined : new Webhook(address, note);
  const names = new FolderNames();
  try {
    await withInterrupt((signal) =>
      watchAll(run, videos, { window, threshold, learn, save, signal, onNote: note }, (video) =>
        watchOne(video, { run, folder: join(options.out, names.of(video.source)), options, webhook }),
      ),
    );
  } finally {
    const posted = await webhook?.close();
    if (posted && posted.lost > 0)
      console.error(`webhook: ${posted.sent} messages were taken, ${posted.lost} were lost`);
  }
}

/** A line for the person who watches. */
function note(text: string): void {
  console.error(text);
}

interface Watch {
  readonly run: string;
  readonly folder: string;
  readonly options: SurpriseCommandOptions;
  readonly webhook: Webhook | undefined;
}

/**
 * Watch one video to its end, or until it is stopped, and write its files in any case: but for one that shows nothing, which takes no
 * earlier file's place.
 */
async function watchOne(video: WatchedVideo, { run, folder, options, webhook }: Watch): Promise<void> {
  const { source, model } = video;
  const { name } = source;
  const live = source.kind === 'input';
  const info = live ? undefined : await probeVideo(source);
  const rate = model.config.data.rate ?? info?.frameRate ?? 25;
  const draws = options.video && !live;
  const { threshold = defaultSurprise.threshold, window = defaultSurprise.window } = options;
  const facts = [
    `Watched by ${run}. Usual is the median of the last ${window} frames; events begin at score ${threshold}.`,
  ];
  const progress = live
    ? undefined
    : startProgress(`watching ${name}`, expectedFrames(source, info, model.config.data.rate) ?? 0);
  let output: VideoOutput | undefined;
  let drawn: string | undefined;
  try {
    const seen = await begun(video.seen);
    const opened = await VideoOutput.open(video, { folder, name, threshold, facts, ...(draws && { rate }) });
    output = opened;
    const hear = (each: Seen) => {
      tell(each, { source, name, json: options.json ?? false, webhook });
      if (each.kind === 'frame')
        progress?.update(each.frame.index, `${each.frame.index + 1} frames, ${opened.events} events`);
    };
    if (draws) {
      await writeVideo(join(folder, 'annotated.mp4'), drawnFrames(seen, opened, hear), { rate });
      drawn = 'annotated.mp4';
    } else for await (const _ of drawnFrames(seen, opened, hear));
  } catch (error) {
    // A live input ends when it is stopped.
    if (!live || !(error instanceof InterruptedError)) throw error;
  } finally {
    progress?.stop();
    await video.seen.return();
    await output?.close(drawn);
  }
  if (!output) return console.error(`${name}: stopped before its first frame`);
  const summary = output.latency.summary();
  console.error(
    `${name}: ${summary.frames + 1} frames, ${output.events} ${output.events === 1 ? 'event' : 'events'}; ${speedText(summary, live)}`,
  );
  console.error(`wrote ${join(folder, 'surprise.html')}`);
}

type Seen = SeenFrame | SourceEnd;

/** What is seen, once there is a frame. @throws what reading throws where there is none */
async function begun(seen: WatchedVideo['seen']): Promise<AsyncGenerator<Seen>> {
  const first = await seen.next();
  // The end comes before the reason for it.
  if (first.value?.kind === 'end') await seen.next();
  return (async function* () {
    if (!first.done) yield first.value;
    yield* seen;
  })();
}

/** Hear each frame at once, then write it; the frames of a video come out where they are drawn. */
async function* drawnFrames(
  seen: AsyncIterable<Seen>,
  output: VideoOutput,
  hear: (seen: Seen) => void,
): AsyncGenerator<Frame> {
  for await (const each of seen) {
    hear(each);
    const frame = await output.take(each);
    if (frame && each.kind === 'frame') yield frame;
  }
}

interface Listener {
  readonly source: VideoSource;
  readonly name: string;
  readonly json: boolean;
  readonly webhook: Webhook | undefined;
}

/** Events at once, as lines and to the webhook; with `--json` scores too. */
function tell(seen: Seen, { source, name, json, webhook }: Listener): void {
  for (const signal of signalsOf(seen, name)) {
    const event = signal.kind === 'began' || signal.kind === 'ended';
    if (event) webhook?.post(signal);
    if (json) console.log(JSON.stringify(signal));
    else if (event) {
      if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
      console.log(eventText(signal.kind, signal.event, name, source.kind === 'input'));
    }
  }
}
