import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { ForeframeError } from '../../src/common/errors.js';
import { probeVideo } from '../../src/video/index.js';
import { allFrames, ffmpeg, temporaryFolder, testVideo } from './makeVideo.js';

const folder = temporaryFolder();
const at = (name: string) => join(folder, name);
const small = { width: 16, height: 12, color: 'grey' } as const;
const hls = (...lines: string[]) =>
  ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:1', ...lines, '#EXT-X-ENDLIST', ''].join('\n');
const piece = (name: string) => ['#EXTINF:0.5,', name];

beforeAll(() => {
  mkdirSync(at('mine/below'), { recursive: true });
  mkdirSync(at('secret'));
  testVideo(at('secret/s.ts'), 'testsrc=s=64x48:r=10:d=0.5');
  ffmpeg('-i', at('secret/s.ts'), '-c', 'copy', at('mine/a.ts'));
  ffmpeg('-i', at('secret/s.ts'), '-c', 'copy', at('mine/below/b.ts'));
  ffmpeg('-i', at('secret/s.ts'), '-c', 'copy', at('mine/a.mp4'));
  symlinkSync(at('secret/s.ts'), at('mine/link.ts'));
  symlinkSync(at('secret'), at('mine/door'));
  writeFileSync(at('mine/inner.m3u8'), hls(...piece('../secret/s.ts')));
  writeFileSync(at('mine/inner.ts'), hls(...piece('a.ts')));
});

async function refusal(name: string): Promise<string> {
  const errors: Error[] = [];
  for (const work of [() => probeVideo(at(name)), () => allFrames(at(name), small)]) {
    await work().catch((error: Error) => errors.push(error));
  }
  expect(errors).toHaveLength(2);
  expect(errors[0]).toBeInstanceOf(ForeframeError);
  expect(errors[0]!.message).not.toContain('\n');
  expect(errors[1]!.message).toBe(errors[0]!.message);
  return errors[0]!.message;
}

describe('a playlist by its own name reads what lies below its folder', () => {
  test('HLS and ffconcat', async () => {
    writeFileSync(at('mine/good.m3u8'), hls(...piece('a.ts'), ...piece('below/b.ts')));
    expect((await allFrames(at('mine/good.m3u8'), small)).length).toBe(10);
    writeFileSync(at('mine/good.ffconcat'), "ffconcat version 1.0\nfile a.mp4\nfile 'a.mp4'\n");
    expect((await allFrames(at('mine/good.ffconcat'), small)).length).toBe(10);
  });

  test.each([
    ['up', '../secret/s.ts'],
    ['roundabout', 'below/../../secret/s.ts'],
    ['link', 'link.ts'],
    ['linked folder', 'door/s.ts'],
    ['file address', 'file:../secret/s.ts'],
    ['network', 'http://127.0.0.1:9/s.ts'],
    ['other protocols', 'crypto:a.ts'],
    ['concat protocol', 'concat:a.ts|../secret/s.ts'],
    ['data', 'data:video/mp2t;base64,R0A='],
    ['nested', 'inner.m3u8'],
    ['disguised', 'inner.ts'],
    ['absent', 'none.ts'],
  ])('%s is refused: %s', async (name, address) => {
    writeFileSync(at(`mine/${name}.m3u8`), hls(...piece(address)));
    const told =
      /a playlist may name only files below its own folder|is not a video but a playlist|is not there/;
    expect(await refusal(`mine/${name}.m3u8`)).toMatch(told);
    writeFileSync(at(`mine/${name}.ffconcat`), `ffconcat version 1.0\nfile '${address}'\n`);
    expect(await refusal(`mine/${name}.ffconcat`)).toMatch(told);
  });

  test('an absolute path, an address in a tag, an encrypted video', async () => {
    writeFileSync(at('mine/absolute.m3u8'), hls(...piece(at('secret/s.ts'))));
    expect(await refusal('mine/absolute.m3u8')).toMatch(/only files below its own folder/);
    writeFileSync(at('mine/map.m3u8'), hls('#EXT-X-MAP:URI="../secret/s.ts"', ...piece('a.ts')));
    expect(await refusal('mine/map.m3u8')).toMatch(/only files below its own folder/);
    writeFileSync(at('mine/key.m3u8'), hls('#EXT-X-KEY:METHOD=AES-128,URI="a.ts"', ...piece('a.ts')));
    expect(await refusal('mine/key.m3u8')).toMatch(/encrypted/);
  });
});

test.each([
  ['fake.mp4', hls(...piece('a.ts'))],
  ['marked.mp4', `\ufeff${hls(...piece('a.ts'))}`],
  ['fake.mkv', 'ffconcat version 1.0\nfile a.mp4\n'],
  [
    'dash.mp4',
    '<?xml version="1.0"?>\n<MPD profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><BaseURL>a.mp4</BaseURL></MPD>',
  ],
  [
    'dash.mpd',
    '<?xml version="1.0"?>\n<MPD profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><BaseURL>a.mp4</BaseURL></MPD>',
  ],
  ['session.mp4', 'v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n'],
])('a playlist named %s is refused, even of files in its folder', async (name, text) => {
  writeFileSync(at(`mine/${name}`), text);
  expect(await refusal(`mine/${name}`)).toMatch(
    /is not a video but a playlist|is a playlist \(.*\), which is not read/,
  );
});
