import { required } from '../../src/common/required.js';
import type { Modifier } from './humanPackage.js';

/** A direction in which heads differ: a weighted sum of morph targets, moved along by a Gaussian weight. */
export interface FaceSlider {
  readonly name: string;
  /** Standard deviation of its weight; weight 1 is the slider's end in MakeHuman. */
  readonly sd: number;
  /** Morph targets with the part of each. */
  readonly targets: readonly (readonly [path: string, part: number])[];
}

/** How far people differ along the sliders of each group. */
const GROUPS: Readonly<Record<string, number>> = {
  head: 0.35,
  forehead: 0.25,
  eyebrows: 0.4,
  eyes: 0.4,
  nose: 0.24,
  mouth: 0.18,
  ears: 0.3,
  chin: 0.3,
  cheek: 0.4,
  neck: 0.3,
};

/** Sliders that break the plan of a face rather than belong to a person, or only move the head within the image. */
const LEFT_OUT =
  /^(head-trans|neck-trans|neck-scale-vert|head-angle|mouth-trans-(in|out)|nose-trans-horiz|mouth-dimples|nose-septumangle)/;

/** The left and the right half of a face differ, but little: sd of the difference as part of the common one's. */
const ASYMMETRY = 0.15;

/**
 * The sliders of face, head and neck. A pair of opposite targets is one slider along half their difference, so that a
 * head is a linear function of its weights. Left and right twins are one slider that moves both and a weaker one that
 * moves them apart.
 */
export function faceSliders(modifiers: readonly Modifier[]): FaceSlider[] {
  const used = modifiers
    .filter(({ group }) => GROUPS[group] !== undefined)
    .filter((each) => !isLeftOut(each));
  return used.flatMap((modifier): FaceSlider[] => {
    const { name, sd, targets } = sliderOf(modifier);
    if (name.startsWith('r-')) return [];
    if (!name.startsWith('l-')) return [{ name, sd, targets }];
    const twin = targets.map(([path, part]) => [path.replace('/l-', '/r-'), part] as const);
    return [
      { name: name.slice(2), sd, targets: [...targets, ...twin] },
      { name: `${name.slice(2)} left-right`, sd: sd * ASYMMETRY, targets: [...targets, ...opposite(twin)] },
    ];
  });
}

function isLeftOut({ target, min }: Modifier): boolean {
  return LEFT_OUT.test(`${target}-${min ?? ''}`);
}

function sliderOf({ group, target, min, max }: Modifier): FaceSlider {
  const path = (end?: string) => `data/targets/${group}/${end ? `${target}-${end}` : target}.target`;
  const sd = required(GROUPS, group);
  if (!min || !max) return { name: target, sd, targets: [[path(), 1]] };
  const targets = [
    [path(max), 0.5],
    [path(min), -0.5],
  ] as const;
  return { name: `${target}-${min}-${max}`, sd, targets };
}

function opposite(targets: FaceSlider['targets']): FaceSlider['targets'] {
  return targets.map(([path, part]) => [path, -part]);
}

const ORIGINS = ['african', 'asian', 'caucasian'] as const;
const SEXES = ['female', 'male'] as const;
/** The average head's place between young (0) and old (1). */
const MEAN_AGE = 0.25;

/** The targets that turn MakeHuman's base mesh into the average adult: equal parts of both sexes and of three origins. */
export const averageAdult: FaceSlider['targets'] = [
  ...macro(1 - MEAN_AGE, ORIGINS, SEXES, 'young'),
  ...macro(MEAN_AGE, ORIGINS, SEXES, 'old'),
];

/** Sliders between whole heads: sex, origin, age. */
export const wholeHeadSliders: readonly FaceSlider[] = [
  {
    name: 'female-male',
    sd: 0.8,
    targets: [...macro(0.5, ORIGINS, ['male'], 'young'), ...macro(-0.5, ORIGINS, ['female'], 'young')],
  },
  ...ORIGINS.map(
    (origin): FaceSlider => ({
      name: origin,
      sd: 0.5,
      targets: [...macro(1, [origin], SEXES, 'young'), ...macro(-1, ORIGINS, SEXES, 'young')],
    }),
  ),
  {
    name: 'young-old',
    sd: 0.25,
    targets: [...macro(1, ORIGINS, SEXES, 'old'), ...macro(-1, ORIGINS, SEXES, 'young')],
  },
];

/** The mean of these whole-head targets, times `part`. */
function macro(
  part: number,
  origins: readonly string[],
  sexes: readonly string[],
  age: string,
): [string, number][] {
  const share = part / (origins.length * sexes.length);
  return origins.flatMap((origin) =>
    sexes.map((sex): [string, number] => [`data/targets/macrodetails/${origin}-${sex}-${age}.target`, share]),
  );
}
