import { join } from 'node:path';
import { Latency, type SpeedSummary } from '../../src/cli/surprise/latency.js';
import { VideoOutput } from '../../src/cli/surprise/videoOutput.js';
import { type WatchedVideo, watchAll } from '../../src/library/surprising/watchAll.js';
import { train } from '../../src/library/train.js';
import { readFrames, writeVideo } from '../../src/video/index.js';
import { memoryNow } from '../memory/soak.js';

/** What changes all the time, with another image once a minute: a camera on which something happens. */
const scene = (seconds: number) =>
  `testsrc2=s=64x64:r=25:d=${seconds},noise=alls=8:allf=t,negate=enable='lt(mod(t\\,60)\\,2)'`;

export interface WatchingBench {
  /** A camera of 25 frames a second at 64×64 in real time: without learning, and with a step for each frame. */
  readonly live: readonly LiveBench[];
  /** A long recording as fast as it goes: resident MiB as its hours pass. */
  readonly memory: readonly { readonly frames: number; readonly resident: number; readonly events: number }[];
}

interface LiveBench {
  readonly learn: number;
  /** Of all frames. */
  readonly speed: SpeedSummary;
  /** Of those at which an event began. */
  readonly events: SpeedSummary;
  /** Steps that were learned. */
  readonly steps: number;
  /** Processor milliseconds of this process a frame: what a frame costs where nothing else runs. */
  readonly processor: number;
}

/**
 * How fast the network of `pipelines/video.yaml` watches, how long an event takes to be known, and what memory two hours take.
 * @param seconds of the camera in real time @param minutes of the recording
 * @param onLine hears what is found as it is found: two hours are long
 */
export async function benchWatching(
  folder: string,
  seconds: number,
  minutes: number,
  onLine: (line: string) => void,
): Promise<WatchingBench> {
  const run = join(folder, 'run');
  const set = ['training.steps=10', 'data.shuffle=8', 'data.split.train=0.6', 'data.split.validation=0.2'];
  await train({ pipeline: 'video', videos: [await recorded(folder)], set, folder: run });
  const live = [];
  for (const learn of [0, 1]) {
    onLine(`a camera of ${seconds} s${learn ? ', learning' : ''}`);
    const found = await liveBench(run, folder, seconds, learn);
    live.push(found);
    onLine(
      `${found.speed.frames} frames, ${found.steps} steps, ${found.processor.toFixed(1)} ms of processor a frame`,
    );
  }
  return { live, memory: await memoryOf(run, folder, minutes, onLine) };
}

/** All that the command does with a camera, files and thumbnails included. */
async function liveBench(run: string, folder: string, seconds: number, learn: number): Promise<LiveBench> {
  const [speed, events] = [new Latency(), new Latency()];
  const used = process.cpuUsage();
  const camera = `lavfi:${scene(seconds)},realtime`;
  const { learned } = await watchAll(run, [camera], { learn }, async (video) => {
    const output = await openOutput(video, join(folder, `live-${learn}`));
    for await (const each of video.seen) {
      if (each.kind === 'frame' && each.measured) {
        speed.add(each.latency, each.waited);
        if (each.happenings.some(({ kind }) => kind === 'began')) events.add(each.latency, each.waited);
      }
      await output.take(each);
    }
    await output.close();
  });
  const { user, system } = process.cpuUsage(used);
  const processor = (user + system) / 1000 / Math.max(1, speed.summary().frames);
  return { learn, speed: speed.summary(), events: events.summary(), steps: learned, processor };
}

function openOutput(video: WatchedVideo, folder: string): Promise<VideoOutput> {
  return VideoOutput.open(video, { folder, name: 'camera', threshold: 6, facts: [] });
}

async function memoryOf(
  run: string,
  folder: string,
  minutes: number,
  onLine: (line: string) => void,
): Promise<WatchingBench['memory']> {
  const rows: { frames: number; resident: number; events: number }[] = [];
  await watchAll(run, [`lavfi:${scene(60 * minutes)}`], {}, async (video) => {
    const output = await openOutput(video, join(folder, 'out'));
    const note = (frames: number) => {
      const row = { frames, resident: memoryNow().resident, events: output.events };
      rows.push(row);
      onLine(`${frames} of ${1500 * minutes} frames: ${row.resident.toFixed(0)} MiB, ${row.events} events`);
    };
    for await (const each of video.seen) {
      await output.take(each);
      if (each.kind !== 'frame') continue;
      const frames = each.frame.index + 1;
      // After the first minute, then ten times on the way.
      if (frames === 1500 || frames % Math.round(150 * minutes) === 0) note(frames);
    }
    await output.close();
  });
  return rows;
}

/** Half a minute to train on. */
async function recorded(folder: string): Promise<string> {
  const file = join(folder, 'recorded.mp4');
  const frames = readFrames(`lavfi:${scene(40)}`, { width: 64, height: 64, color: 'grey' });
  await writeVideo(file, frames, { rate: 25 });
  return file;
}
