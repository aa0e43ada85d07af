// node docs/prediction.mjs RUN OUT.webp: truth | prediction of a run's first test clips, for the README. The network sees as many frames
// as it was trained on; from there it watches its own predictions. Needs a build (`npm run build`).
import sharp from 'sharp';
import { findDataset, fromBytes, loadRun, toBytes } from '../dist/src/index.js';
import { sideBySide } from '../dist/src/report/frames/predictionVideo.js';

const CLIPS = 2;
const AHEAD = 20;
const [folder, out] = process.argv.slice(2);

const { config, predictor, dispose } = await loadRun(folder);
const { dataset, clips, steps } = config.data;
const clipOf = await findDataset(dataset).open();
const images = [];
for await (const { data, width, height, channels } of panels())
  images.push(await sharp(data, { raw: { width, height, channels } }).png().toBuffer());
await sharp(images, { join: { animated: true } })
  .webp({ quality: 80, effort: 6, loop: 0, delay: images.map(() => 100) })
  .toFile(out);
await dispose();

async function* panels() {
  for (let clip = 0; clip < CLIPS; clip++) {
    const { frames } = clipOf('test', clip, clips.frames);
    predictor.reset();
    let expected;
    for (const truth of frames.slice(0, steps)) {
      yield sideBySide([
        { caption: 'truth', frame: truth },
        { caption: 'shown', frame: truth },
      ]);
      expected = await predictor.watch(fromBytes(truth.data));
    }
    let ahead = 0;
    for await (const values of predictor.rolloutFrames(expected, AHEAD)) {
      const truth = frames[steps + ahead++];
      yield sideBySide([
        { caption: 'truth', frame: truth },
        { caption: `prediction +${ahead}`, frame: { ...truth, data: toBytes(values) } },
      ]);
    }
  }
}
