import { shrinkFrame } from '../../../datasets/building/shrinkFrame.js';
import { openFaces, rotatingFacesDataset } from '../../../datasets/rotatingFaces/index.js';
import { InterruptedError } from '../../common/errors.js';
import type { ClipSource, KnownClip } from '../../extraction/extractClips.js';
import type { WatchedConfig } from '../../extraction/watchedRun.js';
import type { Frame } from '../../video/index.js';

/** Angles at which a clip ends, in degrees: 12 in equal steps over the range in which training clips start. */
export const IDENTIFICATION_ANGLES: readonly number[] = Array.from({ length: 12 }, (_, i) => -82.5 + 15 * i);
/** Side of the images that rotating-faces is made in. */
const SIZE = 64;
const RATE = 10;

export interface IdentificationClips {
  readonly people: number;
  /** Who comes first: other people to choose on, others to test on. */
  readonly firstPerson: number;
  /** Degrees a frame; 0 stands still, which is fair to models that never saw motion. */
  readonly turn: number;
  readonly signal?: AbortSignal;
  /** Hears a line before anything is downloaded. */
  readonly onNote?: (note: string) => void;
}

/**
 * People whom no clip of rotating-faces shows (`identification 0`, …), each once at every one of 12 angles: clips that end at that
 * angle, after turning by `turn` degrees a frame. Labels: `identity` and `view`; latent variable: `angle`, that of each frame.
 */
export function identificationClips(
  { data }: WatchedConfig,
  { people, firstPerson, turn, signal: stop, onNote }: IdentificationClips,
): ClipSource {
  const views = IDENTIFICATION_ANGLES.length;
  const factor = SIZE / data.width;
  const shrinks = Number.isInteger(factor) && SIZE / data.height === factor;
  const count = people * views;
  return {
    description: `${people} new people × ${views} angles`,
    split: 'identification',
    count: async () => count,
    open: async function* ({ length, skip, signal = stop }) {
      const faces = await openFaces({ onProgress: onNote });
      for (let index = skip; index < count; index++) {
        await new Promise(setImmediate);
        if (signal?.aborted) throw new InterruptedError('drawing faces was interrupted');
        const [person, view] = [firstPerson + Math.floor(index / views), index % views];
        const identity = faces.identity(`identification ${person}`);
        const end = IDENTIFICATION_ANGLES[view]!;
        const angles = Array.from({ length }, (_, t) => end - (length - 1 - t) * turn);
        const drawn = new Map<number, Uint8Array>();
        const pictureAt = (angle: number): Uint8Array => {
          const size = shrinks ? SIZE : { width: data.width, height: data.height };
          const found = drawn.get(angle) ?? faces.render(identity, angle, size);
          drawn.set(angle, found);
          return found;
        };
        const frames = angles.map((angle, t): Frame => {
          const side = shrinks ? { width: SIZE, height: SIZE } : { width: data.width, height: data.height };
          const frame: Frame = {
            data: pictureAt(angle),
            ...side,
            channels: 1,
            time: t / RATE,
            index: t,
            source: `identification/${person}/${view}`,
          };
          return inColour(shrinks ? shrinkFrame(frame, factor) : frame, data.color);
        });
        yield {
          ...watchable(frames),
          file: `identification/${person}/${view}`,
          clip: index,
          latents: { angle: angles.map((angle) => [angle]) },
          labels: { identity: person, view },
        };
      }
    },
  };
}

/** What decides what these clips show, beside their length. */
export function identificationKey(
  { data: { width, height, color } }: WatchedConfig,
  { people, firstPerson, turn }: IdentificationClips,
): unknown {
  const { card } = rotatingFacesDataset;
  return { card, angles: IDENTIFICATION_ANGLES, people, firstPerson, turn, width, height, color };
}

function inColour(frame: Frame, color: 'grey' | 'rgb'): Frame {
  if (color === 'grey') return frame;
  const data = new Uint8Array(frame.data.length * 3);
  frame.data.forEach((value, i) => {
    data.fill(value, 3 * i, 3 * i + 3);
  });
  return { ...frame, channels: 3, data };
}

/** Frames one after the other with their times. */
function watchable(frames: readonly Frame[]): Pick<KnownClip, 'data' | 'seconds'> {
  const size = frames[0]!.data.length;
  const data = new Uint8Array(frames.length * size);
  frames.forEach((frame, i) => {
    data.set(frame.data, i * size);
  });
  return { data, seconds: frames.map(({ time }) => time) };
}
