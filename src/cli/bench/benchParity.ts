import { PARITY_BACKENDS, type ParityBackend } from '../../../bench/parity/backends.js';
import type { Differences } from '../../../bench/parity/differences.js';
import { benchBackends, benchParity, type Measured } from '../../../bench/parity/parity.js';
import type { Speed } from '../../../bench/parity/trial.js';
import { textTable } from '../terminal/terminal.js';
import type { Bench } from './benchOptions.js';

/** `foreframe bench parity`: the largest differences of every model on every backend from native TensorFlow. */
const parity: Bench = async (_files, folder, options) => {
  const measured = await benchParity(asked(folder, options));
  if (options.json) console.log(JSON.stringify(measured));
  else
    print(measured, 'largest difference', ({ predictions, losses, weights }: Differences) =>
      [predictions, losses, weights].map((value) => value.toExponential(0)).join(' / '),
    );
};

/** `foreframe bench backends`: milliseconds of a prediction and of a step. */
const backends: Bench = async (_files, folder, options) => {
  const measured = await benchBackends(asked(folder, options));
  if (options.json) console.log(JSON.stringify(measured));
  else
    print(measured, 'ms', ({ predict, step }: Speed) => `${milliseconds(predict)} / ${milliseconds(step)}`);
};

export const parityBenches = { parity, backends };

/** `--only` names models, and backends. */
function asked(folder: string, { only }: Parameters<Bench>[2]) {
  const isBackend = (name: string): name is ParityBackend => PARITY_BACKENDS.some((each) => each === name);
  const named = only.filter(isBackend);
  return {
    folder,
    backends: named.length > 0 ? named : PARITY_BACKENDS,
    only: only.filter((name) => !isBackend(name)),
    onLine: (line: string) => console.error(line),
  };
}

function print<T>({ devices, missing, rows }: Measured<T>, what: string, cell: (result: T) => string): void {
  const columns = Object.keys(devices).filter((backend) => rows.some((row) => row.backend === backend));
  const titles = [...new Set(rows.map(({ title }) => title))];
  const found = (title: string, backend: string) =>
    rows.find((row) => row.title === title && row.backend === backend);
  const cells = titles.map((title) => [
    title,
    ...columns.map((backend) => {
      const row = found(title, backend);
      return row ? cell(row.result) : '';
    }),
  ]);
  console.log(textTable([what, ...columns], cells));
  for (const [backend, device] of Object.entries(devices)) console.log(`${backend}: ${device}`);
  for (const [backend, reason] of Object.entries(missing)) console.log(`${backend}: left out, ${reason}`);
}

function milliseconds(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
