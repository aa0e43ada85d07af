import { join } from 'node:path';
import { Latency, type SpeedSummary } from '../../src/cli/surprise/latency.js';
import { VideoOutput } from '../../src/cli/surprise/videoOutput.js';
import { watchAll } from '../../src/library/surprising/watchAll.js';
import { train } from '../../src/library/train.js';
import { readFrames, writeVideo } from '../../src/video/index.js';
import { memoryNow } from '../memory/soak.js';

/** What changes all the time, with another image once a minute: a camera on which something happens. */
const scene = (seconds: number) =>
  `testsrc2=s=64x64:r=25:d=${seconds},noise=alls=8:allf=t,negate=enable='lt(mod(t\\,60)\\,2)'`;

export interface WatchingBench {
  /** A camera of 25 frames a second at 64×64 in real time: without learning, and with a step for each frame. */
  readonly live: readonly { readonly learn: number; readonly speed: SpeedSummary; readonly steps: number }[];
  /** A long recording as fast as it goes: resident MiB as its hours pass. */
  readonly memory: readonly { readonly frames: number; readonly resident: number; readonly events: number }[];
}

/**
 * How fast the network of `pipelines/video.yaml` watches, how long an event takes to be known, and what memory two hours take.
 * @param seconds of the camera in real time @param minutes of the recording
 */
export async function benchWatching(
  folder: string,
  seconds: number,
  minutes: number,
): Promise<WatchingBench> {
  const run = join(folder, 'run');
  const set = ['training.steps=10', 'data.shuffle=8', 'data.split.train=0.6', 'data.split.validation=0.2'];
  await train({ pipeline: 'video', videos: [await recorded(folder)], set, folder: run });
  const live = [];
  for (const learn of [0, 1]) {
    const latency = new Latency();
    const { learned } = await watchAll(
      run,
      [`lavfi:${scene(seconds)},realtime`],
      { learn },
      async ({ seen }) => {
        for await (const each of seen)
          if (each.kind === 'frame' && each.measured) latency.add(each.latency, each.waited);
      },
    );
    live.push({ learn, speed: latency.summary(), steps: learned });
  }
  return { live, memory: await memoryOf(run, folder, minutes) };
}

async function memoryOf(run: string, folder: string, minutes: number): Promise<WatchingBench['memory']> {
  const rows: { frames: number; resident: number; events: number }[] = [];
  await watchAll(run, [`lavfi:${scene(60 * minutes)}`], {}, async (video) => {
    const output = await VideoOutput.open(video, {
      folder: join(folder, 'out'),
      name: 'camera',
      threshold: 6,
      facts: [],
    });
    const note = (frames: number) =>
      rows.push({ frames, resident: memoryNow().resident, events: output.events });
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
