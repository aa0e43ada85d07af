import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { filter, firstValueFrom, lastValueFrom, take, tap, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { InterruptedError, type SurpriseSignal, surprise, UsageError } from '../../src/index.js';
import { ffmpeg, temporaryFolder, testVideo } from '../video/makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
/** A network of 12×16 pixels, trained a little. */
const run = resolve(import.meta.dirname, '../fixtures/runs/edition-one/conv-lstm');

/** Six scenes of different motion, 3 s each at 10 a second. */
const SCENES = ['testsrc2', 'mandelbrot', 'testsrc', 'smptebars', 'life=mold=10:ratio=0.3', 'cellauto'];
const CUTS = [30, 60, 90, 120, 150];

beforeAll(() => {
  const inputs = SCENES.flatMap((scene) => [
    ...['-f', 'lavfi', '-t', '3', '-i'],
    `${scene}${scene.includes('=') ? ':' : '='}s=160x120:r=10`,
  ]);
  const noisy = SCENES.map((_, n) => `[${n}]format=gray,setsar=1,noise=alls=8:allf=t[v${n}]`).join(';');
  const joined = `${noisy};${SCENES.map((_, n) => `[v${n}]`).join('')}concat=n=${SCENES.length}[out]`;
  ffmpeg(...inputs, '-filter_complex', joined, '-map', '[out]', '-qp', '10', at('cuts.mp4'));
  testVideo(at('short.mp4'), 'testsrc2=s=64x48:r=10:d=4');
  // Ten minutes at 10 a second of an image that stands still, with the noise of a sensor.
  testVideo(at('still.mp4'), 'smptebars=s=64x48:r=1:d=1', '-frames:v', '1', '-qp', '0');
  const still = ['-stream_loop', '-1', '-i', at('still.mp4'), '-t', '600', '-vf'];
  ffmpeg(...still, 'fps=10,setpts=N/10/TB,noise=alls=12:allf=t', '-qp', '10', at('minutes.mp4'));
});

const all = (videos: string | string[], options = {}) =>
  lastValueFrom(surprise(run, videos, options).pipe(toArray()));
const events = (signals: readonly SurpriseSignal[]) =>
  signals.flatMap((signal) => (signal.kind === 'ended' ? [signal.event] : []));

describe('surprise', () => {
  it('finds five of five cuts between scenes, each at the frame where it is', async () => {
    const signals = await all(at('cuts.mp4'));
    const found = events(signals);
    expect(found.map(({ peak }) => peak.frame)).toEqual(CUTS);
    expect(found.map(({ of }) => of)).toEqual(Array(5).fill('more'));
    expect(found[0]!.peak.time).toBeCloseTo(3, 2);
    // Heard at once: between the score of that frame and that of the next.
    const began = signals.findIndex((signal) => signal.kind === 'began');
    expect(signals[began - 1]).toMatchObject({ kind: 'score', frame: CUTS[0] });
    expect(signals.filter(({ kind }) => kind === 'score')).toHaveLength(179);
    expect(signals.at(-1)).toEqual({ kind: 'end', source: at('cuts.mp4'), frames: 180 });
  });

  it('finds nothing in ten minutes of a still scene', async () => {
    const signals = await all(at('minutes.mp4'));
    expect(signals.filter(({ kind }) => kind === 'score')).toHaveLength(5999);
    expect(signals.filter(({ kind }) => kind === 'began')).toEqual([]);
  });

  it('scores a video the same after another one', async () => {
    const of = (signals: SurpriseSignal[]) => signals.filter(({ source }) => source === at('short.mp4'));
    expect(of(await all([at('still.mp4'), at('short.mp4')]))).toEqual(await all(at('short.mp4')));
  });

  it('stops when nobody listens any more', async () => {
    const first = surprise(run, 'lavfi:testsrc=s=64x48:r=25').pipe(
      filter(({ kind }) => kind === 'score'),
      take(3),
      toArray(),
    );
    expect(await firstValueFrom(first)).toHaveLength(3);
  });

  it('goes on learning, by seed and frames alone, and leaves the run as it is', async () => {
    const weights = () => readFileSync(join(run, 'checkpoints', 'best.safetensors'));
    const before = weights();
    const scores = async (learn: number) =>
      (await all(at('short.mp4'), { learn })).map((signal) => (signal.kind === 'score' ? signal.error : 0));
    const [none, once, again] = [await scores(0), await scores(1), await scores(1)];
    expect(once).toEqual(again);
    expect(once).not.toEqual(none);
    expect(weights().equals(before)).toBe(true);
  });

  it('says what it has learned, and keeps it, also where it is stopped', async () => {
    const said = async (options: object) => {
      const notes: string[] = [];
      const stop = new AbortController();
      const seen = surprise(run, at('cuts.mp4'), {
        ...{ learn: 1, signal: stop.signal, onNote: (note: string) => notes.push(note), ...options },
      }).pipe(tap((signal) => signal.kind === 'score' && signal.frame === 40 && stop.abort()));
      await expect(lastValueFrom(seen)).rejects.toThrow(InterruptedError);
      return notes;
    };
    expect(await said({})).toEqual([expect.stringMatching(/^\d+ steps were learned, and not kept/)]);
    expect(await said({ save: at('kept') })).toEqual([
      expect.stringMatching(/^\d+ steps were learned: .*kept$/),
    ]);
    expect(existsSync(at('kept/checkpoints/last.safetensors'))).toBe(true);
  });

  it('refuses what it cannot watch or do in one line', async () => {
    await expect(all('none.mp4')).rejects.toThrow(/^there is no file or folder none.mp4/);
    await expect(all(at('cuts.mp4'), { threshold: -1 })).rejects.toThrow(UsageError);
    await expect(all(at('cuts.mp4'), { save: at('new') })).rejects.toThrow(/^--save .*--learn/);
    await expect(lastValueFrom(surprise(at('no-run'), 'x.mp4'))).rejects.toThrow(/no run folder/);
  });
});
