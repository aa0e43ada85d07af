import { required } from '../../common/required.js';
import { sheet } from '../../report/frames/sheet.js';
import {
  amountFrame,
  enlargeGrid,
  evidenceFrame,
  imageFrame,
  type ValueGrid,
} from '../../report/frames/valueFrames.js';
import type { ReportImage, Table } from '../../report/parts/reportData.js';
import { gather } from '../../samples/sampleData.js';
import type { HostArray, Named } from '../../tensorflow/spec/program.js';
import type { Frame } from '../../video/index.js';
import type { OpenClassifier } from './imageClassifier.js';

/** What the network keeps of the first test image of every class, where its rendering paths run, and its evidence for the class. */
export async function classifierLayers({
  data,
  config,
  engine,
}: Pick<OpenClassifier, 'data' | 'config' | 'engine'>): Promise<{ images: ReportImage[]; tables: Table[] }> {
  const places = data.classes.map((_, label) => data.test.labels.indexOf(label));
  const images = gather(data.test, places);
  const seen = await engine.run('look', { images });
  const depth = config.model.layers.length;
  const numbers = Array.from({ length: depth }, (_, index) => index + 1);
  const { side, channels } = data.test;
  const values = Float32Array.from(images, (each) => each / 255);
  const truths = split({ shape: [places.length, side, side, channels], data: values });
  const shown = truths.map(imageFrame);
  const drawn = (output: HostArray) => split(output).map((grid, n) => imageFrame(fitted(grid, truths[n]!)));
  const maps = (output: HostArray, paint: (grid: ValueGrid) => Frame) =>
    split(output).map((grid) => paint(enlargeGrid(grid, side, side)));

  const shownImages = { label: 'image', frames: shown };
  const fromTop = numbers.toReversed();
  const drawings: ReportImage[] = [
    await sheet(
      'What each layer keeps of an image',
      'Each row is drawn by the network run backwards, from what one layer has inferred, with the switches found on the way up; ' +
        'the last row from the template of the most probable class. Each drawing has the brightness that fits its image best.',
      [
        shownImages,
        ...numbers.map((layer) => ({
          label: `layer ${layer}`,
          frames: drawn(required(seen, `from.${layer - 1}`)),
        })),
        { label: 'template', frames: drawn(required(seen, 'image')) },
      ],
      data.classes,
    ),
    await sheet(
      'Active rendering paths',
      'Where each layer draws the template of the most probable class: the amounts that active units pass down, summed over ' +
        'filters; the top layer is nearest to the template. In each map the largest amount is the brightest.',
      [
        shownImages,
        ...fromTop.map((layer) => ({
          label: `layer ${layer}`,
          frames: maps(required(seen, `active.${layer - 1}`), amountFrame),
        })),
      ],
      data.classes,
    ),
    await sheet(
      'Evidence for the class',
      'What each place adds to the logit of the most probable class (ψ ⊙ h, summed over filters; for pixels x ⊙ h₀): red for it, ' +
        'blue against it. It narrows from the top layer down to pixels. With the scores of the switches above it, each map sums ' +
        'to the same logit.',
      [
        shownImages,
        ...fromTop.map((layer) => ({
          label: `layer ${layer}`,
          frames: maps(required(seen, `adds.${layer}`), evidenceFrame),
        })),
        { label: 'pixels', frames: maps(required(seen, 'adds.0'), evidenceFrame) },
      ],
      data.classes,
    ),
  ];
  return { images: drawings, tables: [pathsTable(seen, numbers)] };
}

function pathsTable(seen: Named<HostArray>, numbers: readonly number[]): Table {
  const paths = mean(required(seen, 'paths').data);
  const all = required(seen, 'allPaths').data[0]!;
  return {
    caption: 'Active units and rendering paths, mean over these images',
    columns: ['what', 'active'],
    rows: [
      ...numbers.map((layer) => [
        `units of layer ${layer}`,
        percent(mean(required(seen, `on.${layer - 1}`).data)),
      ]),
      ['rendering paths', `${percent(paths / all)}: ${paths.toExponential(1)} of ${all.toExponential(1)}`],
    ],
    note:
      'A rendering path leads from a value of the template to a pixel through active units and places that won their window; ' +
      'the published generalisation bound grows with their number (arXiv 1811.02657). A leaking unit counts as inactive.',
  };
}

/** The images or maps of an output `[n, height, width]` or `[n, height, width, channels]`, one by one. */
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
