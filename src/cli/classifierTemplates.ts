import type { Picture, Table } from '../report/reportData.js';
import { pictureFrame, signedFrame } from '../report/valueFrames.js';
import { type ClassifiedImages, gather } from '../training/classifierData.js';
import { viewAll } from '../training/classifierViews.js';
import type { Engine } from '../training/engine.js';
import { filmstrip } from '../video/index.js';
import { split } from './classifierLayers.js';
import type { OpenClassifier } from './imageClassifier.js';

/** Test pictures that are rendered to find what is typical of a class. */
const PICTURES = 1000;
/** How often the closed form is applied to its own result. */
const ROUNDS = 20;

/** Templates of all classes as pictures, and the pictures that excite the classes most. */
export async function classifierTemplates({
  data,
  engine,
}: Pick<OpenClassifier, 'data' | 'engine'>): Promise<{ pictures: Picture[]; tables: Table[] }> {
  const { test, classes } = data;
  const typical = await typicalOf(engine, test, classes.length);
  const shape = [classes.length, test.side, test.side, test.channels];
  const row = (label: string, values: Float32Array, paint: typeof signedFrame) => ({
    label,
    frames: split({ shape, data: values }).map(paint),
  });
  const { first, last, allOn, norm, logits } = await maximise(engine, typical.pictures, shape);
  const pictures: Picture[] = [
    {
      title: 'Templates of the classes',
      caption:
        `Above, the mean test picture of each class. Then its template drawn with the switches of each of these pictures, in the ` +
        `mean, and drawn with every switch on. Grey is 0.`,
      png: await filmstrip([
        row('mean picture', typical.meanPictures, pictureFrame),
        row('mean drawing', typical.meanDrawings, signedFrame),
        row('all switches on', allOn, signedFrame),
      ]),
    },
    {
      title: 'Pictures that excite the classes most, in closed form',
      caption:
        `For the switches z of a picture the logit of class y is linear in the pixels, ⟨x, h₀(y, z)⟩ + η + c, so the best picture of ` +
        `norm ${norm.toFixed(1)} is h₀ made that long. Above, the test picture of the highest logit; then the best picture for its ` +
        `switches; then the best found when this is repeated with the switches of the result, ${ROUNDS} times. Grey is 0.`,
      png: await filmstrip([
        row('picture', typical.pictures, pictureFrame),
        row('closed form', first, signedFrame),
        row('repeated', last, signedFrame),
      ]),
    },
  ];
  const table: Table = {
    caption: 'Logits that these pictures reach',
    columns: [
      'class',
      'test pictures, mean',
      'picture at that norm',
      'closed form, promised',
      'reached',
      'repeated',
    ],
    rows: classes.map((name, y) => [
      name,
      ...[
        typical.meanScores[y]!,
        logits.picture[y]!,
        logits.promised[y]!,
        logits.first[y]!,
        logits.last[y]!,
      ].map((value) => Number(value.toFixed(2))),
    ]),
    note: 'Promised is what the closed form gives if the switches stay; with the switches that its picture has it reaches more or less.',
  };
  return { pictures, tables: [table] };
}

/** Means over the test pictures of each class, and the one of each that is surest. All `[classes, side, side, channels]`. */
async function typicalOf(engine: Engine, test: ClassifiedImages, classes: number) {
  const { image, classScore } = await viewAll(engine, 'render', test, PICTURES);
  const size = image!.columns;
  const [meanPictures, meanDrawings] = [new Float32Array(classes * size), new Float32Array(classes * size)];
  const meanScores = new Float64Array(classes);
  const places: number[] = [];
  for (let y = 0; y < classes; y++) {
    const own = Array.from(classScore!.data.keys()).filter((place) => test.labels[place] === y);
    for (const place of own) {
      meanScores[y]! += classScore!.data[place]! / own.length;
      for (let i = 0; i < size; i++) {
        meanPictures[y * size + i]! += test.images[place * size + i]! / 255 / own.length;
        meanDrawings[y * size + i]! += image!.data[place * size + i]! / own.length;
      }
    }
    places.push(own.reduce((a, b) => (classScore!.data[b]! > classScore!.data[a]! ? b : a)));
  }
  const pictures = Float32Array.from(gather(test, places), (each) => each / 255);
  return { meanPictures, meanDrawings, meanScores, pictures };
}

/** The closed form once, and repeated: the best of each class is kept. */
async function maximise(engine: Engine, pictures: Float32Array, shape: readonly number[]) {
  const classes = shape[0]!;
  const norms = split({ shape, data: pictures }).map(({ values }) => Math.hypot(...Array.from(values)));
  const norm = norms.reduce((a, b) => a + b, 0) / classes;
  const size = pictures.length / classes;
  const start = pictures.map((value, i) => (value * norm) / norms[Math.floor(i / size)]!);
  const step = async (from: Float32Array) => {
    const { best, reached, allOn, promised } = await engine.run('maximise', { pictures: from, norm });
    return {
      best: best!.data as Float32Array,
      reached: Float32Array.from(reached!.data),
      promised: Float32Array.from(promised!.data),
      allOn: allOn!.data as Float32Array,
    };
  };
  const opening = await step(start);
  const last = opening.best.slice();
  let [from, firstReached, most] = [opening.best, new Float32Array(), new Float32Array()];
  for (let round = 0; round < ROUNDS; round++) {
    const { best, reached } = await step(from);
    if (round === 0) [firstReached, most] = [reached, reached.slice()];
    for (let y = 0; y < classes; y++)
      if (reached[y]! > most[y]!) {
        most[y] = reached[y]!;
        last.set(from.subarray(y * size, (y + 1) * size), y * size);
      }
    from = best;
  }
  const logits = { picture: opening.reached, promised: opening.promised, first: firstReached, last: most };
  return { first: opening.best, last, allOn: opening.allOn, norm, logits };
}
