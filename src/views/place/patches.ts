import { ForeframeError } from '../../common/errors.js';
import { frameBytes, type SampleShape, shapeText, type View } from '../view.js';

export interface PatchSettings {
  /** Number of patches down, and across. */
  readonly grid: number;
  /** Smallest gap between two patches, in pixels. Without a gap, edges that continue would give the place away. */
  readonly gap?: number;
  /** Each patch is moved by up to this many pixels in each direction. */
  readonly jitter?: number;
}

export interface Patches {
  /** `[sample, patch, 2]`: top and left of each patch in the image it was cut from. */
  readonly places: Int32Array;
}

/**
 * Cut into `grid × grid` patches, which come one behind the other as frames, row by row; of a clip, all frames of the first patch come first.
 * A patch moves in a slot of its own, so that patches stay inside and keep their gap. What is to differ from patch to patch
 * (`perFrame(oneColour())`, `normalised()`) follows as a view of these frames; `order` makes a puzzle of them.
 */
export function patches(settings: PatchSettings): View<Patches> {
  const { grid, jitter = 0 } = settings;
  const tiles = grid * grid;
  return {
    shape: (input) => patchShape(input, settings),
    start(input, count, random) {
      const places = new Int32Array(2 * tiles * count);
      const [down, across] = [pitch(input.height, settings), pitch(input.width, settings)];
      return {
        drawn: { places },
        draw(sample) {
          for (let tile = 0; tile < tiles; tile++) {
            const at = 2 * (sample * tiles + tile);
            places[at] = Math.floor(tile / grid) * down + random.integer(2 * jitter + 1);
            places[at + 1] = (tile % grid) * across + random.integer(2 * jitter + 1);
          }
        },
      };
    },
    work(input, { places }) {
      const output = patchShape(input, settings);
      const [read, rowRead] = [frameBytes(input), input.width * input.channels];
      const rowWritten = output.width * output.channels;
      return (source, from, target, to, sample) => {
        let written = to;
        for (let tile = 0; tile < tiles; tile++) {
          const at = 2 * (sample * tiles + tile);
          const corner = from + places[at]! * rowRead + places[at + 1]! * input.channels;
          for (let frame = 0; frame < input.frames; frame++)
            for (let y = 0; y < output.height; y++) {
              const row = corner + frame * read + y * rowRead;
              for (let k = 0; k < rowWritten; k++) target[written++] = source[row + k]!;
            }
        }
      };
    },
  };
}

/** From the top of one patch's slot to the next one's. */
function pitch(side: number, { grid, gap = 0 }: PatchSettings): number {
  return Math.floor((side - (grid - 1) * gap) / grid) + gap;
}

function patchShape(input: SampleShape, settings: PatchSettings): SampleShape {
  const { grid, gap = 0, jitter = 0 } = settings;
  const sideOf = (side: number) => pitch(side, settings) - gap - 2 * jitter;
  const [height, width] = [sideOf(input.height), sideOf(input.width)];
  if (height < 1 || width < 1)
    throw new ForeframeError(
      `${shapeText(input)} have no room for ${grid}×${grid} patches with a gap of ${gap} and a jitter of ${jitter}: make them smaller`,
    );
  return { ...input, frames: grid * grid * input.frames, height, width };
}
