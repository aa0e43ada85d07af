import { differenceText } from '../../../bench/frozen/compare.js';
import { sameBits } from '../../../bench/frozen/fixture.js';
import { compareFrozen, type FrozenRow, writeFrozen } from '../../../bench/frozen/index.js';
import { ForeframeError } from '../../common/errors.js';
import { shorten } from '../../common/text/shorten.js';
import { textTable } from '../terminal/terminal.js';
import type { Bench } from './benchOptions.js';

/** `foreframe bench frozen`: the numbers of every pipeline at a small size, beside those that were frozen. */
export const frozen: Bench = async (_files, folder, { only, write, json }) => {
  const options = { only, onLine: (line: string) => console.error(line) };
  if (write) {
    const { path, written, failed } = await writeFrozen(folder, options);
    console.log(json ? JSON.stringify({ path, written, failed }) : `wrote ${written} cases to ${path}`);
    if (failed.length > 0) throw new ForeframeError(`${failed.length} cases could not be run: see above`);
    return;
  }
  const { machine, frozenOn, rows } = await compareFrozen(folder, options);
  if (json) console.log(JSON.stringify({ machine, frozenOn, rows }));
  else console.log(textTable(['pipeline', 'numbers', 'run folder', 'first difference'], rows.map(cells)));
  if (!sameBits(machine, frozenOn))
    console.error(`warning: frozen on another machine (${JSON.stringify(frozenOn)}): bits may differ`);
  else if (machine.ffmpeg !== frozenOn.ffmpeg)
    console.error(`warning: frozen with ffmpeg ${frozenOn.ffmpeg}, this is ${machine.ffmpeg}`);
  const wrong = rows.filter((row) => !isEqual(row)).length;
  if (wrong > 0) throw new ForeframeError(`${wrong} of ${rows.length} differ from what was frozen`);
};

function isEqual({ comparison }: FrozenRow): boolean {
  return comparison !== undefined && !comparison.numbers && !comparison.folder;
}

function cells({ name, comparison, error }: FrozenRow): string[] {
  if (error !== undefined) return [name, 'failed', '', shorten(error, 120)];
  if (!comparison) return [name, 'not frozen', '', ''];
  const { numbers, folder } = comparison;
  const say = (difference: unknown) => (difference ? 'differs' : 'equal');
  const first = numbers ?? folder;
  return [name, say(numbers), say(folder), first ? shorten(differenceText(first), 160) : ''];
}
