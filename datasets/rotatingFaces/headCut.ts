import { required } from '../../src/common/required.js';
import type { HumanMesh } from './humanPackage.js';

/** The part of the human mesh that an image of the head can show: head, neck and eyeballs. */
export interface HeadCut {
  /** The number of each vertex in the whole mesh. */
  readonly vertices: readonly number[];
  /** `[vertices, 3]` */
  readonly positions: Float32Array;
  /** `[triangles, 3]`, counter-clockwise seen from outside. */
  readonly triangles: Uint32Array;
  /** Vertices above the chin: what stays in the middle of the image. */
  readonly skull: readonly number[];
  /** Vertices of the eyeballs. */
  readonly eyes: readonly number[];
}

/** The mesh is cut at the shoulders, below what the image shows; arms and hands lie outside. */
const LOWEST = 5.3;
const WIDEST = 1.6;
const CHIN = 6.3;

/** Cut the head out of the whole mesh; teeth, tongue, lashes and the helpers for clothes and hair are left behind. */
export function cutHead({ vertices, quads }: HumanMesh): HeadCut {
  const inside = (vertex: number) =>
    vertices[3 * vertex + 1]! > LOWEST && Math.abs(vertices[3 * vertex]!) < WIDEST;
  const shown = quads.filter(
    ({ group, corners }) => (group === 'body' || isEye(group)) && corners.every(inside),
  );
  const kept = [...new Set(shown.flatMap(({ corners }) => corners))].sort((a, b) => a - b);
  const place = new Map(kept.map((vertex, i) => [vertex, i]));
  const eyes = new Set(shown.flatMap(({ group, corners }) => (isEye(group) ? corners : [])));
  return {
    vertices: kept,
    positions: Float32Array.from(
      kept.flatMap((vertex) => [...vertices.subarray(3 * vertex, 3 * vertex + 3)]),
    ),
    triangles: Uint32Array.from(
      shown.flatMap(({ corners }) => {
        const [a, b, c, d] = corners;
        return [a, b, c, a, c, d].map((corner) => required(place, corner));
      }),
    ),
    skull: kept.flatMap((vertex, i) => (vertices[3 * vertex + 1]! > CHIN ? [i] : [])),
    eyes: [...eyes].map((vertex) => required(place, vertex)),
  };
}

function isEye(group: string): boolean {
  return group === 'helper-l-eye' || group === 'helper-r-eye';
}
