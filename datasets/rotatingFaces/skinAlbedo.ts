import type { HeadCut } from './headCut.js';
import type { HumanPackage } from './humanPackage.js';

/** The lightest skin, and the contrast of lips and shaved hair to it. */
const SKIN = 0.92;
const CONTRAST = 1.3;
const EYEWHITE = 1;
const IRIS = 0.1;
/** Front part of an eyeball that is iris, as part of its depth. */
const IRIS_DEPTH = 0.12;
/** Eyebrows, as seen from the middle of the eyeballs, in units of the mesh: the arc, its thickness, and the light it swallows. */
const BROW = { above: 0.215, inner: 0.1, outer: 0.55, bend: 0.5, thickness: 0.045, darkness: 0.6 };

/**
 * How much light each vertex reflects, `[vertices]`: MakeHuman's skin with lips and shaved hair, eyebrows (which the skin
 * lacks), white eyes with a dark iris. The same for every head.
 */
export function skinAlbedo(
  { mesh, skin }: Pick<HumanPackage, 'mesh' | 'skin'>,
  { vertices, positions, eyes }: HeadCut,
): Float32Array {
  const grey = vertices.map((vertex) => {
    const column = Math.floor(mesh.texture[2 * vertex]! * skin.width);
    const row = Math.floor((1 - mesh.texture[2 * vertex + 1]!) * skin.height);
    return skin.data[clamp(row, skin.height) * skin.width + clamp(column, skin.width)]!;
  });
  const lightest = Math.max(...grey);
  const eye = boxAround(positions, eyes);
  const browHeight = (eye.y[0] + eye.y[1]) / 2 + BROW.above;
  const albedo = Float32Array.from(grey, (value, i) => {
    const [x, y, z] = positions.subarray(3 * i, 3 * i + 3);
    const brow = z! > eye.z[0] ? eyebrow(Math.abs(x!), y! - browHeight) : 0;
    return SKIN * (value / lightest) ** CONTRAST * (1 - BROW.darkness * brow);
  });
  const irisFrom = eye.z[1] - IRIS_DEPTH * (eye.z[1] - eye.z[0]);
  for (const vertex of eyes) albedo[vertex] = positions[3 * vertex + 2]! > irisFrom ? IRIS : EYEWHITE;
  return albedo;
}

/** How much of an eyebrow is at this distance from the plane of symmetry and height over its middle, 0 … 1. */
function eyebrow(side: number, height: number): number {
  const middle = (BROW.inner + BROW.outer) / 2;
  const across = Math.abs(side - middle) / (BROW.outer - middle);
  const arc = -BROW.bend * (side - middle) ** 2;
  return Math.exp(-(((height - arc) / BROW.thickness) ** 2)) * Math.max(0, 1 - across ** 4);
}

function boxAround(
  positions: Float32Array,
  vertices: readonly number[],
): { y: [low: number, high: number]; z: [low: number, high: number] } {
  const range = (axis: number): [number, number] => {
    const values = vertices.map((vertex) => positions[3 * vertex + axis]!);
    return [Math.min(...values), Math.max(...values)];
  };
  return { y: range(1), z: range(2) };
}

function clamp(index: number, count: number): number {
  return Math.min(Math.max(index, 0), count - 1);
}
