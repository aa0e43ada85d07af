import { ForeframeError } from '../../common/errors.js';
import { groupBy } from '../../common/groupBy.js';
import { Random } from '../../common/random.js';
import type { Split } from '../../stream/frameSource.js';
import { shuffled } from '../fileSplit.js';
import { SPLITS } from '../timeSplit.js';
import type { OwnRow, OwnRows } from './ownRow.js';
import { tornFrames, unitsOfRows } from './sharedFrames.js';

/** Shares of the rows; the rest is the test. */
export interface Shares {
  readonly train: number;
  readonly validation: number;
}

/** Rows with the split that each belongs to. */
export interface SplitOfRows {
  /** `[rows]` */
  readonly splits: readonly Split[];
  /** For people: what was kept together, and how many of it are in each split. */
  readonly text: string;
  /** One line for each thing that a person should know. */
  readonly notes: readonly string[];
}

/** Of the split where nothing is said, so that runs of every seed are tested on the same clips. */
export const SPLIT_SEED = 1;
/** An interval of test figures is drawn over groups: with so many groups of several classes each, two are tested. */
const TWO_TESTED = 5;

/** What is never divided: the rows of one group, which is a file where no groups were given, and of those that show the same frames. */
interface Unit {
  readonly rows: readonly number[];
  /** The class of all its rows; empty where they have several, or none. */
  readonly label: string;
  /** One of its rows has a class. */
  readonly labelled: boolean;
}

/**
 * Which split each row belongs to: as the rows say, else by groups (or files), so that no group is on two sides, shuffled by the seed, of
 * each class as many as its share, and where it has three of them at least one in every split; what has no class beside others that have one
 * is trained on. Rows that say what is train and test but
 * not what is validation give a share of the training part to it.
 * @throws ForeframeError when a split that has a share would be empty
 */
export function splitRows(own: OwnRows, shares: Shares, seed: number): SplitOfRows {
  const { origin, rows, grouped } = own;
  const what = grouped ? 'group' : 'file';
  const { units: names, joined } = unitsOfRows(own);
  if (rows.every(({ split }) => split === undefined)) {
    const units = unitsOf(rows, names, [...rows.keys()]);
    const splits = new Array<Split>(rows.length).fill('train');
    const counts = deal(units, shares, seed, splits);
    checkAll(origin, counts, shares, what);
    const notes =
      grouped && joined
        ? [`${origin}: groups that show the same frames, such as ${joined.join(' and ')}, are kept together`]
        : [];
    return { splits, text: `${countsText(counts)}${what}s`, notes };
  }
  const splits = rows.map(({ split }) => split!);
  const count = (of: Split) => splits.filter((split) => split === of).length;
  for (const needed of ['train', 'test'] as const)
    if (count(needed) === 0)
      throw new ForeframeError(
        `${origin}: nothing is in split ${needed}: put some into it, or leave the splits out`,
      );
  const notes: string[] = [];
  const { validation, train } = shares;
  if (validation > 0 && count('validation') === 0) {
    const known = [...rows.keys()].filter((row) => splits[row] === 'train');
    const units = unitsOf(rows, names, known);
    if (units.length < 2)
      throw new ForeframeError(
        `${origin}: the training split has one ${what} only, and none is left for validation: add more, or set data.split.validation=0`,
      );
    dealValidation(units, validation / (train + validation), seed, splits);
    notes.push(
      `${origin} names no validation split: ${count('validation')} of the training rows, by ${what}, are held out for it`,
    );
  }
  const torn = grouped ? tornGroup(rows, splits) : undefined;
  if (torn !== undefined)
    notes.push(
      `warning: ${origin}: group ${torn} is on two sides of the split, as column split says: a test on it shows too much`,
    );
  const shared = tornFrames(rows, splits);
  if (shared !== undefined)
    notes.push(
      `warning: ${origin}: ${shared.source.name} shows frames that another split shows, too, as column split says: a test on them ` +
        'shows too much',
    );
  return { splits, text: 'split as given', notes };
}

function unitsOf(rows: readonly OwnRow[], names: readonly string[], chosen: readonly number[]): Unit[] {
  const groups = groupBy(chosen, (row) => names[row]!);
  return [...groups.values()].map((members) => {
    const labels = new Set(members.map((row) => rows[row]!.label));
    const labelled = labels.size > 1 || !labels.has('');
    return { rows: members, label: labels.size === 1 ? [...labels][0]! : '', labelled };
  });
}

/** Puts whole units into splits. @returns units in each */
function deal(all: readonly Unit[], shares: Shares, seed: number, splits: Split[]): Record<Split, number> {
  // What has no label is only good to train on where others have one.
  const known = all.filter(({ labelled }) => labelled);
  const units = known.length > 0 ? known : all;
  const counts = dealByClass(
    groupBy(units, ({ label }) => label),
    shares,
    seed,
    splits,
  );
  if (SPLITS.every((split) => counts[split] > 0 || !hasShare(split, shares))) return counts;
  // Classes of one or two files each leave a split empty: all files are dealt as one class.
  splits.fill('train');
  return dealByClass(new Map([['', [...units]]]), shares, seed, splits);
}

function dealByClass(
  classes: ReadonlyMap<string, readonly Unit[]>,
  shares: Shares,
  seed: number,
  splits: Split[],
): Record<Split, number> {
  const counts = { train: 0, validation: 0, test: 0 };
  for (const [label, units] of classes) {
    const order = shuffled(units, Random.for(seed, `own data/${label}`));
    const share = (of: number, most: number, least: number) =>
      of === 0 || most < 1 ? 0 : Math.min(Math.max(Math.round(of * order.length), least), most);
    const mixed = classes.size === 1 && order.some(({ label: own, labelled }) => labelled && own === '');
    const leastTested = mixed && order.length >= TWO_TESTED ? 2 : 1;
    const test = share(1 - shares.train - shares.validation, order.length - 1, leastTested);
    const validation = share(shares.validation, order.length - 1 - test, 1);
    for (const [at, unit] of order.entries()) {
      const split = at < test ? 'test' : at < test + validation ? 'validation' : 'train';
      counts[split]++;
      for (const row of unit.rows) splits[row] = split;
    }
  }
  return counts;
}

/** Takes a share of each class's units out of the training split. */
function dealValidation(units: readonly Unit[], share: number, seed: number, splits: Split[]): void {
  const classes = [...groupBy(units, ({ label }) => label)];
  const several = classes.filter(([, members]) => members.length > 1);
  const pools = several.length > 0 ? several : [['', units] as const];
  for (const [label, members] of pools) {
    const count = Math.min(Math.max(Math.round(share * members.length), 1), members.length - 1);
    for (const { rows } of shuffled(members, Random.for(seed, `own validation/${label}`)).slice(0, count))
      for (const row of rows) splits[row] = 'validation';
  }
}

function hasShare(split: Split, { train, validation }: Shares): boolean {
  return { train, validation, test: 1 - train - validation }[split] > 0;
}

function checkAll(origin: string, counts: Record<Split, number>, shares: Shares, what: string): void {
  const lacking = SPLITS.find((split) => counts[split] === 0 && hasShare(split, shares));
  if (lacking === undefined) return;
  const all = counts.train + counts.validation + counts.test;
  throw new ForeframeError(
    `${origin} has ${all} ${what}${all === 1 ? '' : 's'}, too few to have one in each split: ` +
      `add more, or say with a column split what is train, validation and test`,
  );
}

function countsText({ train, validation, test }: Record<Split, number>): string {
  return `${train} + ${validation} + ${test} `;
}

function tornGroup(rows: readonly OwnRow[], splits: readonly Split[]): string | undefined {
  const first = new Map<string, Split>();
  for (const [at, { group }] of rows.entries()) {
    const before = first.get(group);
    if (before !== undefined && before !== splits[at]) return group;
    first.set(group, splits[at]!);
  }
  return undefined;
}
