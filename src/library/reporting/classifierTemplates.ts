import { required } from '../../common/required.js';
import type { Engine } from '../../engine/engine.js';
import { viewAll } from '../../evaluation/classifierViews.js';
import { sheet } from '../../report/frames/sheet.js';
import { imageFrame, signedFrame } from '../../report/frames/valueFrames.js';
import type { ReportImage, Table } from '../../report/parts/reportData.js';
import { type ClassifiedImages, gather } from '../../samples/sampleData.js';
import { split } from './classifierLayers.js';
import type { OpenClassifier } from './imageClassifier.js';

/** Test images that are rendered to find what is typical of a class. */
const IMAGES = 1000;
/** How often the closed form is applied to its own result. */
const ROUNDS = 20;

/** Templates of all classes as images, and the images that excite the classes most. */
export async function classifierTemplates({
  data,
  engine,
}: Pick<OpenClassifier, 'data' | 'engine'>): Promise<{ images: ReportImage[]; tables: Table[] }> {
  const { test, classes } = data;
  const typical = await typicalOf(engine, test, classes.length);
  const shape = [classes.length, test.side, test.side, test.channels];
  const row = (label: string, values: Float32Array, paint: typeof signedFrame) => ({
    label,
    frames: split({ shape, data: values }).map(paint),
  });
  const { first, last, allOn, norm, logits } = await maximise(engine, typical.images, shape);
  const images: ReportImage[] = [
    await sheet(
      'Templates of the classes',
      'Above, the mean test image of each class. Below it, the mean of its template drawn with the switches of each of these ' +
        'images, and the template drawn with every switch on. Grey is 0.',
      [
        row('mean image', typical.meanImages, imageFrame),
        row('mean drawing', typical.meanDrawings, signedFrame),
        row('all switches on', allOn, signedFrame),
      ],
      classes,
    ),
    await sheet(
      'Images that excite the classes most, in closed form',
      'For the switches z of an image the logit of class y is linear in the pixels, ⟨x, h₀(y, z)⟩ + η + c, so the best image of ' +
        `norm ${norm.toFixed(1)} is h₀ scaled to that norm. Above, the test image of the highest logit; then the best image for ` +
        `its switches; then the best found when this is repeated ${ROUNDS} times with the switches of the result. Grey is 0.`,
      [
        row('test image', typical.images, imageFrame),
        row('closed form', first, signedFrame),
        row('repeated', last, signedFrame),
      ],
      classes,
    ),
  ];
  const table: Table = {
    caption: 'Logits that these images reach',
    columns: [
      'class',
      'test images, mean',
      'test image at that norm',
      'closed form, predicted',
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
    note: 'Predicted: what the closed form gives if the switches stay. Reached: what its image gives with its own switches.',
  };
  return { images, tables: [table] };
}

/** Means over the test images of each class, and the one of each with the highest logit. All `[classes, side, side, channels]`. */
async function typicalOf(engine: Engine, test: ClassifiedImages, classes: number) {
  const views = await viewAll(engine, 'render', test, IMAGES);
  const { columns: size, data: drawings } = required(views, 'image');
  const { data: scores } = required(views, 'classScore');
  const [meanImages, meanDrawings] = [new Float32Array(classes * size), new Float32Array(classes * size)];
  const meanScores = new Float64Array(classes);
  const places: number[] = [];
  for (let y = 0; y < classes; y++) {
    const own = Array.from(scores.keys()).filter((place) => test.labels[place] === y);
    for (const place of own) {
      meanScores[y]! += scores[place]! / own.length;
      for (let i = 0; i < size; i++) {
        meanImages[y * size + i]! += test.images[place * size + i]! / 255 / own.length;
        meanDrawings[y * size + i]! += drawings[place * size + i]! / own.length;
      }
    }
    places.push(own.reduce((a, b) => (scores[b]! > scores[a]! ? b : a)));
  }
  const images = Float32Array.from(gather(test, places), (each) => each / 255);
  return { meanImages, meanDrawings, meanScores, images };
}

/** The closed form once, and repeated: the best of each class is kept. */
async function maximise(engine: Engine, pictures: Float32Array, shape: readonly number[]) {
  const classes = shape[0]!;
  const norms = split({ shape, data: pictures }).map(({ values }) => Math.hypot(...Array.from(values)));
  const norm = norms.reduce((a, b) => a + b, 0) / classes;
  const size = pictures.length / classes;
  const start = pictures.map((value, i) => (value * norm) / norms[Math.floor(i / size)]!);
  const step = async (from: Float32Array) => {
    const outputs = await engine.run('maximise', { pictures: from, norm });
    const of = (name: string) => required(outputs, name).data;
    return {
      best: of('best') as Float32Array,
      reached: Float32Array.from(of('reached')),
      promised: Float32Array.from(of('promised')),
      allOn: of('allOn') as Float32Array,
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
