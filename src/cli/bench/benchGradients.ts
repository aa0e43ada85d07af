import { benchFuzz, type FuzzRow } from '../../../bench/fuzz/fuzz.js';
import { benchTfjsCore } from '../../../bench/tfjsCore/tfjsCore.js';
import { ForeframeError } from '../../common/errors.js';
import { loadTensorFlow } from '../../tensorflow/backend/backend.js';
import { textTable } from '../terminal/terminal.js';

interface Options {
  readonly json?: boolean;
  readonly programs?: number;
  readonly seed?: number;
}

/** Benches of what compiled programs compute, beside plain tfjs. */
export const gradientBenches = { fuzz, 'tfjs-core': tfjsCore };

/** Random programs, graph against eager: a JSON line for each, and with `--json` one of totals in place of the table. */
async function fuzz(
  _files: readonly string[],
  _folder: string,
  { programs = 1000, seed = 1, json }: Options,
): Promise<void> {
  const { backend } = await loadTensorFlow();
  if (backend !== 'tensorflow')
    throw new ForeframeError('bench fuzz needs native TensorFlow: see foreframe doctor');
  const totals = benchFuzz(programs, seed, (row: FuzzRow) => console.log(JSON.stringify(row)));
  if (json) console.log(JSON.stringify(totals));
  else {
    const { compared, refused, disagreeing, worst } = totals;
    const cells = Object.entries(compared).map(([what, count]) => [what, String(count)]);
    console.log(textTable([`${programs} programs from seed ${seed}`, 'numbers compared'], cells));
    const alone = Object.entries(refused).map(([entry, count]) => `${entry} ${count}`);
    console.log(
      `disagreeing ${disagreeing}; largest relative difference ${worst.toPrecision(2)}; ` +
        `refused by tfjs in both modes: ${alone.join(', ') || 'none'}`,
    );
  }
  if (totals.disagreeing > 0)
    throw new ForeframeError(
      `${totals.disagreeing} of ${programs} programs do not agree: their seeds are above`,
    );
}

/** tfjs-core's own tests with tfjs' gradients and with those of programs. */
async function tfjsCore(_files: readonly string[], _folder: string, { json }: Options): Promise<void> {
  const result = await benchTfjsCore((line) => console.error(line));
  const { stock, programs, onlyPrograms, faultsOfTfjs, onlyStock } = result;
  if (json) console.log(JSON.stringify(result));
  else {
    const rows = Object.entries({ "tfjs' own": stock, "programs'": programs });
    const cells = rows.map(([name, { passed, failed }]) => [name, String(passed), String(failed)]);
    console.log(textTable(["gradients, in tfjs-core's tests", 'passed', 'failed'], cells));
    console.log(
      `only with programs' gradients fail ${onlyPrograms.length}, only with tfjs' own ${onlyStock.length}`,
    );
    for (const name of faultsOfTfjs)
      console.log(`${name}: asks for a wrong gradient of tfjs; that of programs is right`);
    for (const { name, error } of onlyPrograms) console.log(`${name}: ${error}`);
  }
  if (onlyPrograms.length > 0)
    throw new ForeframeError(
      `${onlyPrograms.length} of tfjs-core's tests fail that pass with tfjs' own gradients`,
    );
}
