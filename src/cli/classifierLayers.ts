import type { Picture, Table } from '../report/reportData.js';
import {
  amountFrame,
  enlargeGrid,
  evidenceFrame,
  pictureFrame,
  type ValueGrid,
} from '../report/valueFrames.js';
import type { HostArray, Named } from '../tensorflow/program.js';
import { gather } from '../training/classifierData.js';
import { type Frame, filmstrip } from '../video/index.js';
import type { OpenClassifier } from './imageClassifier.js';

/** What the network keeps of the first test picture of every class, where its rendering paths run, and what tells it the class. */
export async function classifierLayers({
  data,
  config,
  engine,
}: Pick<OpenClassifier, 'data' | 'config' | 'engine'>): Promise<{ pictures: Picture[]; tables: Table[] }> {
  const places = data.classes.map((_, label) => data.test.labels.indexOf(label));
  const images = gather(data.test, places);
  const seen = await engine.run('look', { images });
  const depth = config.model.layers.length;
  const numbers = Array.from({ length: depth }, (_, index) => index + 1);
  const { side, channels } = data.test;
  const values = Float32Array.from(images, (each) => each / 255);
  const truths = split({ shape: [places.length, side, side, channels], data: values });
  const shown = truths.map(pictureFrame);
  const drawn = (output: HostArray) => split(output).map((grid, n) => pictureFrame(fitted(grid, truths[n]!)));
  const maps = (output: HostArray, paint: (grid: ValueGrid) => Frame) =>
    split(output).map((grid) => paint(enlargeGrid(grid, side, side)));

  const pictures: Picture[] = [
    {
      title: 'What is left of a picture after each layer',
      caption:
        'Each row is drawn, by the network turned round, from what one layer has inferred, with the switches found on the way ' +
        'up; the last row from the template of the likeliest class alone. Each drawing is made as bright as fits its picture best.',
      png: await filmstrip([
        { label: 'picture', frames: shown },
        ...numbers.map((layer) => ({ label: `layer ${layer}`, frames: drawn(seen[`from.${layer - 1}`]!) })),
        { label: 'template', frames: drawn(seen.image!) },
      ]),
    },
    {
      title: 'Active rendering paths',
      caption:
        'Where the template of the likeliest class is drawn in each layer: the amounts that units which are on pass down, summed ' +
        'over filters; the top layer is nearest to the template. In each map the largest amount is the brightest.',
      png: await filmstrip([
        { label: 'picture', frames: shown },
        ...numbers.toReversed().map((layer) => ({
          label: `layer ${layer}`,
          frames: maps(seen[`active.${layer - 1}`]!, amountFrame),
        })),
      ]),
    },
    {
      title: 'What speaks for the class',
      caption:
        'What each place adds to the logit of the likeliest class (ψ ⊙ h, summed over filters; for pixels x ⊙ h₀): red for it, ' +
        'blue against it. It narrows from the top layer down to pixels. With the scores of the switches above it, each map sums to ' +
        'the same logit.',
      png: await filmstrip([
        { label: 'picture', frames: shown },
        ...numbers
          .toReversed()
          .map((layer) => ({ label: `layer ${layer}`, frames: maps(seen[`adds.${layer}`]!, evidenceFrame) })),
        { label: 'pixels', frames: maps(seen['adds.0']!, evidenceFrame) },
      ]),
    },
  ];
  return { pictures, tables: [pathsTable(seen, numbers)] };
}

function pathsTable(seen: Named<HostArray>, numbers: readonly number[]): Table {
  const paths = mean(seen.paths!.data);
  const all = seen.allPaths!.data[0]!;
  return {
    caption: 'Active units and rendering paths, in the mean of these pictures',
    columns: ['What', 'On'],
    rows: [
      ...numbers.map((layer) => [`units of layer ${layer}`, percent(mean(seen[`on.${layer - 1}`]!.data))]),
      ['rendering paths', `${percent(paths / all)}: ${paths.toExponential(1)} of ${all.toExponential(1)}`],
    ],
    note:
      'A rendering path leads from a value of the template to a pixel through units that are on and places that won their window; ' +
      'the published generalisation bound grows with their number (arXiv 1811.02657). A leaking unit counts as off.',
  };
}

/** The pictures or maps of an output `[n, height, width]` or `[n, height, width, channels]`, one by one. */
export function split({ shape, data }: HostArray): ValueGrid[] {
  const [count, height, width, channels = 1] = shape as [number, number, number, number?];
  const size = height * width * channels;
  return Array.from({ length: count }, (_, n) => ({
    values: data.subarray(n * size, (n + 1) * size),
    height,
    width,
    channels: channels === 3 ? 3 : 1,
  }));
}

/** As bright as fits `truth` best: the factor of least squared error. */
function fitted(grid: ValueGrid, truth: ValueGrid): ValueGrid {
  let [common, own] = [0, 0];
  for (let i = 0; i < grid.values.length; i++) {
    common += grid.values[i]! * truth.values[i]!;
    own += grid.values[i]! ** 2;
  }
  const factor = own > 0 ? Math.max(0, common / own) : 0;
  return { ...grid, values: Float32Array.from(grid.values, (value) => factor * value) };
}

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0) / values.length;
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(3))} %`;
}
