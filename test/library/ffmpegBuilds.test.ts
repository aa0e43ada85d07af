import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readLatents } from '../../src/analysis/latents/readLatents.js';
import { extract, surprise } from '../../src/index.js';
import { ffmpegBuilds, useBuild } from '../video/codedVideo.js';
import { ffmpeg, temporaryFolder } from '../video/makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const run = resolve(import.meta.dirname, '../fixtures/runs/edition-one/conv-lstm');

beforeAll(() => {
  const scene = 'testsrc2=s=60x60:r=10:d=3[a];smptebars=s=60x60:r=10:d=3[b];[a][b]concat,noise=alls=9:allf=t';
  ffmpeg('-f', 'lavfi', '-i', scene, '-qp', '10', '-pix_fmt', 'yuv420p', at('cut.mp4'));
  ffmpeg('-i', at('cut.mp4'), '-c', 'copy', '-f', 'mpegts', at('cut.ts'));
  writeFileSync(at('own.csv'), 'path,start,end,label,speed\ncut.mp4,0,2,calm,1.5\ncut.ts,2.5,6,cut,2.5\n');
});

describe.each(ffmpegBuilds())('with $name', (build) => {
  useBuild(build);

  it.each(['cut.mp4', 'cut.ts'])('surprise finds the cut in %s', async (name) => {
    const signals = await lastValueFrom(surprise(run, at(name)).pipe(toArray()));
    const found = signals.flatMap((signal) => (signal.kind === 'ended' ? [signal.event.peak.frame] : []));
    expect(found).toEqual([30]);
    expect(signals.at(-1)).toMatchObject({ kind: 'end', frames: 60 });
  });

  it('extract follows whole videos', async () => {
    const { rows, frames } = await extract(run, { data: [at('cut.mp4')], every: '1s', out: at('a.parquet') });
    expect({ rows, frames }).toEqual({ rows: 6, frames: 60 });
    const { columns } = await readLatents(at('a.parquet'));
    expect([...columns.frame!]).toEqual([9, 19, 29, 39, 49, 59]);
  });

  it('extract reads the clips of a table, with what is known of them', async () => {
    await extract(run, { data: [at('own.csv')], every: 'video', out: at('b.parquet') });
    const { columns } = await readLatents(at('b.parquet'));
    expect([...columns.frame!]).toEqual([19, 34]);
    expect(columns.label).toEqual(['calm', 'cut']);
    expect([...columns.speed!]).toEqual([1.5, 2.5]);
  });
});
