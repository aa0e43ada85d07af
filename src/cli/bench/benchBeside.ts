import { benchProbes } from '../../../bench/speed/probes.js';
import { benchTrain, type TrainBenchRow } from '../../../bench/speed/trainBench.js';
import { textTable } from '../terminal/terminal.js';
import type { BenchOptions } from './benchOptions.js';

/** `foreframe bench train`: the training step beside PyTorch and TensorFlow. */
export async function train(
  _files: readonly string[],
  _folder: string,
  { rounds, json }: BenchOptions,
): Promise<void> {
  const rows = await benchTrain(rounds, (line) => console.error(line));
  if (json) {
    console.log(JSON.stringify(rows));
    return;
  }
  for (const size of new Set(rows.map((row) => row.size))) {
    const here = rows.filter((row) => row.size === size);
    const best = (tool: TrainBenchRow['tool']) =>
      Math.min(
        ...here
          .filter((row) => row.tool === tool && !row.variant.includes('eager'))
          .map(({ seconds }) => seconds),
      );
    console.log(`\nPGN, ${size}: batch 16, 10 steps, RMSProp; medians of one run`);
    const cells = here.map(({ tool, variant, seconds, framesPerSecond, peak, share, floorShare }) => [
      `${tool}, ${variant}`,
      seconds.toFixed(3),
      framesPerSecond.toFixed(0),
      (best('pytorch') / seconds).toFixed(2),
      peak.toFixed(0),
      share.toFixed(2),
      floorShare.toFixed(2),
    ]);
    console.log(
      textTable(
        ['step', 'seconds', 'frames/s', "÷ PyTorch's best", 'peak MiB', 'share of matmul', 'of the floor'],
        cells,
      ),
    );
    const ours = best('foreframe');
    const stock = here.filter((row) => row.variant.startsWith('tfjs eager'));
    console.log(
      `foreframe's best against PyTorch's best ${(best('pytorch') / ours).toFixed(2)}, Python TensorFlow's best ` +
        [
          (best('tensorflow') / ours).toFixed(2),
          ...stock.map(({ variant, seconds }) => `${variant} ${(seconds / ours).toFixed(2)}`),
        ].join(', '),
    );
  }
}

/** `foreframe bench probes`: beside scikit-learn. */
export async function probes(
  _files: readonly string[],
  _folder: string,
  { rounds, only, json }: BenchOptions,
): Promise<void> {
  const rows = await benchProbes((line) => console.error(line), { rounds, only });
  if (json) {
    console.log(JSON.stringify(rows));
    return;
  }
  const cells = rows.map(({ method, foreframe, sklearn, objectives }) => [
    method,
    ...[foreframe.seconds, sklearn.seconds, foreframe.cpu, sklearn.cpu].map((value) => value.toFixed(2)),
    objectives.foreframe.toPrecision(9),
    objectives.sklearn.toPrecision(9),
  ]);
  const heads = ['seconds', 'scikit-learn', 'processors', 'scikit-learn', 'reached', 'scikit-learn'];
  console.log(textTable(['10,000 × 1,568', ...heads], cells));
}
