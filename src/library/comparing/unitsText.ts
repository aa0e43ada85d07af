import { FEW_UNITS } from '../../analysis/scores/bootstrap.js';
import type { DrawnUnits } from './drawnUnits.js';
import type { RunDifference } from './figures.js';

const WHAT = {
  groups: 'groups of test clips or images',
  files: 'the files that test clips or images are of',
  clips: 'test clips or images',
  images: 'test clips or images',
} as const;

/** What the intervals are drawn over. */
function drawnText(differences: readonly RunDifference[]): string {
  const all = differences.map(({ over }) => WHAT[over?.of ?? 'clips']);
  return [...new Set(all.length > 0 ? all : [WHAT.clips])].join(', or over ');
}

/** Whether clips are drawn that may be of one video. */
function drawsSingly(differences: readonly RunDifference[]): boolean {
  return differences.some(({ over }) => over === undefined || over.of === 'clips');
}

/** What the brackets of settings say, of several seeds each. */
export function seedsNote(differences: readonly RunDifference[]): string[] {
  const narrow = drawsSingly(differences) ? ', and clips of one video, which resemble each other,' : '';
  return [
    `In brackets 95 % of bootstrap draws over seeds, in pairs where both settings have the same ones, and over ${drawnText(differences)}.`,
    `A range without 0 says that these two settings differ on such data. Few seeds${narrow} make it rather too narrow.`,
  ];
}

/** What the brackets of single runs say. */
export function runsNote(differences: readonly RunDifference[]): string[] {
  const narrow = drawsSingly(differences)
    ? ', and clips of one video resemble each other, so that it is rather too narrow'
    : '';
  return [
    `In brackets 95 % of bootstrap draws over ${drawnText(differences)}, in pairs.`,
    `A range without 0 says that these two runs differ on such data; it knows nothing of other seeds${narrow}.`,
  ];
}

/** How few units there are for a verdict, such as `2 groups`; nothing where there are enough, or none was asked for. */
export function fewText({ over, verdict }: RunDifference): string | undefined {
  return over && over.count < FEW_UNITS && verdict === 'open' ? unitsText(over) : undefined;
}

/** What follows from few units, a sentence for each number of them. */
export function fewNotes(differences: readonly RunDifference[]): string[] {
  const few = differences.flatMap((each) => (each.over && fewText(each) ? [each.over] : []));
  return [...new Map(few.map((over) => [unitsText(over), noteOf(over)])).values()];
}

function noteOf(over: DrawnUnits): string {
  const { count, of } = over;
  const units = unitsText(over);
  if (count > 1)
    return `${units} are too few for a verdict: all of them differ in the same direction by chance alone once in ${2 ** (count - 1)} times.`;
  const more = of === 'groups' ? ': test on two or more of them (column split, or data.split)' : '';
  return `Only ${units} is tested, over which no range can be drawn, and nothing says how others would do${more}.`;
}

function unitsText({ count, of }: DrawnUnits): string {
  return `${count} ${count === 1 ? of.slice(0, -1) : of}`;
}
