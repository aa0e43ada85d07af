import type { ProbeScore } from '../../analysis/protocols/probe.js';
import { type ProbingOptions, probe } from '../../library/probe.js';
import { textTable } from '../terminal/terminal.js';
import { fewLabelsText } from './fewLabelsText.js';

/** A bootstrap over fewer says little. */
const FEW = 10;

export interface ProbeCommandOptions extends ProbingOptions {
  /** Test on another file. */
  readonly test?: string;
  readonly json?: boolean;
}

/** `foreframe probe FILE.parquet --target NAME --method METHOD` */
export async function probeCommand(
  file: string,
  { test, json, ...options }: ProbeCommandOptions,
): Promise<void> {
  const probed = await probe(test === undefined ? file : { train: file, test }, options);
  if (probed.kind === 'few-labels') {
    const { target, scores } = probed;
    const held = test ?? `its rows of split test`;
    const how = `linear SVM on labels drawn ${scores[0]!.draws.length} times from ${file}, tested on ${held}`;
    if (json) console.log(JSON.stringify({ file, test, target, scores }));
    else
      console.log(
        `${fewLabelsText(scores, target)}\n${how}; 95 % intervals by bootstrap over groups, or clips`,
      );
    return;
  }
  const { scores, byClip, byGroup, apart, without } = probed;
  if (json) {
    console.log(JSON.stringify({ file, test, apart, without, scores: scores.map(answerOf) }));
    return;
  }
  const unit = byGroup ? 'group' : 'clip';
  const folded = `${options.folds ?? 5} folds of ${file}, ${byClip || byGroup ? `no ${unit} on both sides` : 'which names no clips: every row counts as one'}`;
  const how = {
    folds: folded,
    split: `trained on the rows of ${file} that are not of split test, tested on those that are`,
    files: `trained on ${file}, tested on ${test}`,
  }[apart];
  const left = without > 0 ? `${without} rows have no ${options.target} and are left out\n` : '';
  console.log(
    `${textOf(scores)}\n${classesText(scores[0]!)}${left}${how}; ${intervalText(scores[0]!.testGroups, unit)}`,
  );
}

/** What intervals are drawn over. Of a few units they are too narrow, and of a few that are all right they have no width at all. */
function intervalText(units: number, unit: string): string {
  const over = `95 % intervals by bootstrap over the ${units} ${unit}s that are tested on`;
  return units < FEW ? `${over}: these are few, and the intervals too narrow` : over;
}

function answerOf({ hits: _, ...score }: ProbeScore): Omit<ProbeScore, 'hits'> {
  return score;
}

function textOf(scores: readonly ProbeScore[]): string {
  const { metric, method, target } = scores[0]!;
  const digits = (value: number) => value.toFixed(3).replace('-', '−');
  const chosen = method === 'ridge' ? 'penalty' : 'C';
  const columns = ['layer', 'time', `${metric} of ${target}`, 'from', 'to', 'rows', 'tested on'];
  const withChoice = method !== 'knn';
  return textTable(
    [...columns, ...(metric === 'accuracy' ? ['most frequent'] : []), ...(withChoice ? [chosen] : [])],
    scores.map((each) => [
      each.layer,
      String(each.time),
      digits(each.score.value),
      digits(each.score.low),
      digits(each.score.high),
      String(each.trainRows),
      String(each.testRows),
      ...(metric === 'accuracy' ? [digits(each.chance)] : []),
      ...(withChoice ? [rangeText(each.chosen)] : []),
    ]),
  );
}

/** The classes by name, where their names say more than numbers. */
function classesText({ classes = [], target }: ProbeScore): string {
  if (classes.every(({ name }) => /^-?\d+$/.test(name))) return '';
  return `${target}: ${classes.map(({ name, rows }) => `${name} (${rows} rows)`).join(', ')}\n`;
}

function rangeText(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const text = (value: number) => Number(value.toPrecision(3)).toString();
  return low === high ? text(low) : `${text(low)} … ${text(high)}`;
}
