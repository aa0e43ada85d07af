import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { atomicWrite } from '../../common/files/atomicWrite.js';
import { makeFolder } from '../../common/files/makeFolder.js';
import type { FileLock } from '../../common/locks/fileLock.js';
import { required } from '../../common/required.js';
import { toBytes } from '../../engine/predictor.js';
import { signalsOf } from '../../library/surprise.js';
import type { WatchedVideo } from '../../library/surprising/watchAll.js';
import type { SeenFrame, SourceEnd } from '../../library/surprising/watchVideo.js';
import { surprisePanels } from '../../report/frames/surprisePanels.js';
import { renderSurprise, type ShownEvent } from '../../report/pages/surprisePage.js';
import { cellGrid, type Happening, type SurpriseEvent, Timeline } from '../../surprise/index.js';
import { type Frame, framePng } from '../../video/index.js';
import { EVENT_COLUMNS, eventRow } from './eventsCsv.js';
import { Latency } from './latency.js';
import { LineFile } from './lineFile.js';
import { EVENTS_FILE, takeWatchFolder } from './watchFolder.js';

/** Events whose images are kept for the page. */
const MOST_SHOWN = 100;
/** Milliseconds between two versions of the page of a live input. */
const PAGE_EVERY = 10_000;

export interface OutputOptions {
  readonly folder: string;
  readonly name: string;
  readonly threshold: number;
  /** What the page rests on. */
  readonly facts: readonly string[];
  /** Truth, prediction and map are drawn for every frame, for a video at that rate. */
  readonly rate?: number;
}

/** The files of one watched video: scores, events, thumbnails, and the page. Memory does not grow with its length. */
export class VideoOutput {
  readonly latency = new Latency();
  readonly #options: OutputOptions;
  readonly #lock: FileLock;
  readonly #scores: LineFile;
  readonly #events: LineFile;
  readonly #timeline = new Timeline();
  readonly #live: boolean;
  /** The image of the highest peak so far of each event that goes on, and when it began. */
  readonly #peaks = new Map<number, { image: Frame; readonly seenAt: string }>();
  #shown: ShownEvent[] = [];
  #count = 0;
  #frames = 0;
  #pageWritten = 0;

  private constructor(
    options: OutputOptions,
    lock: FileLock,
    { scores, events }: { readonly scores: LineFile; readonly events: LineFile },
    live: boolean,
  ) {
    this.#options = options;
    this.#lock = lock;
    this.#scores = scores;
    this.#events = events;
    this.#live = live;
  }

  /** @throws ForeframeError when the folder cannot be written, holds something else, or is written by another process */
  static async open({ source }: WatchedVideo, options: OutputOptions): Promise<VideoOutput> {
    const { folder } = options;
    const lock = await takeWatchFolder(folder);
    try {
      const events = await LineFile.open(join(folder, EVENTS_FILE));
      await events.write(EVENT_COLUMNS);
      await makeFolder(join(folder, 'events'));
      removeOldImages(join(folder, 'events'));
      const scores = await LineFile.open(join(folder, 'scores.jsonl'));
      return new VideoOutput(options, lock, { scores, events }, source.kind === 'input');
    } catch (error) {
      lock.release();
      throw error;
    }
  }

  get events(): number {
    return this.#count;
  }

  /** Write what was seen; the frame of a video comes back where one is drawn. */
  async take(seen: SeenFrame | SourceEnd): Promise<Frame | undefined> {
    if (seen.kind === 'frame') {
      this.#frames++;
      if (seen.measured) this.latency.add(seen.latency, seen.waited);
    }
    for (const signal of signalsOf(seen, '')) {
      if (signal.kind !== 'score') continue;
      const { source: _, kind: __, ...score } = signal;
      this.#timeline.add(score);
      await this.#scores.write(JSON.stringify(score));
    }
    const begins = seen.happenings.some(({ kind }) => kind !== 'ended');
    const draws = seen.kind === 'frame' && (begins || this.#options.rate !== undefined);
    for (const { kind, event } of seen.happenings)
      if (kind === 'began') this.#peaks.set(event.number, { image: nothing, seenAt: this.#now() });
    const image = draws ? await surprisePanels(momentOf(seen, this.#peaks.size > 0)) : undefined;
    for (const happening of seen.happenings) await this.#note(happening, image);
    if (this.#live && seen.happenings.length > 0) await this.#pageNowAndThen();
    return image;
  }

  /** @param video the file of all frames drawn, where there is one */
  async close(video?: string): Promise<void> {
    try {
      await this.#scores.close();
      await this.#events.close();
      await this.#writePage(video);
    } finally {
      this.#lock.release();
    }
  }

  async #note({ kind, event }: Happening, image: Frame | undefined): Promise<void> {
    const peak = required(this.#peaks, event.number);
    if (kind !== 'ended') {
      if (image) peak.image = image;
      return;
    }
    this.#peaks.delete(event.number);
    this.#count++;
    const png = await framePng(peak.image);
    const file = imageName(event);
    await atomicWrite(join(this.#options.folder, file), png);
    await this.#events.write(eventRow(event, { seenAt: peak.seenAt, image: file }));
    this.#show({ event, image: png });
  }

  #show(shown: ShownEvent): void {
    this.#shown.push(shown);
    if (this.#shown.length <= MOST_SHOWN) return;
    const scores = this.#shown.map(({ event }) => Math.abs(event.score));
    this.#shown.splice(scores.indexOf(Math.min(...scores)), 1);
  }

  /** The clock on the wall says when a live input showed something; a file may be of any day. */
  #now(): string {
    return this.#live ? new Date().toISOString() : '';
  }

  async #pageNowAndThen(): Promise<void> {
    const now = performance.now();
    if (now - this.#pageWritten < PAGE_EVERY) return;
    this.#pageWritten = now;
    await this.#writePage();
  }

  async #writePage(video?: string): Promise<void> {
    const { folder, name, threshold, facts, rate } = this.#options;
    const page = renderSurprise({
      title: `Surprise in ${name}`,
      subtitle: 'When something unusual happened, by the errors of a network that expects the next frame',
      frames: this.#frames,
      threshold,
      bins: this.#timeline.bins,
      events: [...this.#shown].sort((a, b) => a.event.number - b.event.number),
      count: this.#count,
      ...(video !== undefined && rate !== undefined && { video: { file: video, rate } }),
      facts,
    });
    await atomicWrite(join(folder, 'surprise.html'), page);
  }
}

const nothing: Frame = {
  data: new Uint8Array(3),
  width: 1,
  height: 1,
  channels: 3,
  time: 0,
  index: 0,
  source: '',
};

function momentOf({ frame, expected, measured }: SeenFrame, unusual: boolean) {
  if (!expected || !measured) return { truth: frame, unusual };
  const { score, places } = measured;
  const prediction = { ...frame, data: toBytes(expected) };
  return { truth: frame, unusual, surprise: { prediction, score, places, grid: cellGrid(frame) } };
}

export function imageName({ number }: Pick<SurpriseEvent, 'number'>): string {
  return `events/${String(number).padStart(4, '0')}.png`;
}

/** Those that an earlier run of this command wrote, by name. */
function removeOldImages(folder: string): void {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) if (/^\d{4,}\.png$/.test(name)) rmSync(join(folder, name));
}
