import { required } from '../../src/common/required.js';
import { averageAdult, type FaceSlider, faceSliders, wholeHeadSliders } from './faceSliders.js';
import { cutHead, type HeadCut } from './headCut.js';
import type { HumanPackage } from './humanPackage.js';
import type { HeadSurface } from './renderHead.js';
import { skinAlbedo } from './skinAlbedo.js';

/** All heads: a linear function from slider weights to places of vertices. */
export interface HeadModel {
  readonly surface: HeadSurface;
  /** `[vertices, 3]`: the average head, in the units of a `HeadShape`. */
  readonly mean: Float32Array;
  readonly sliders: readonly HeadSlider[];
}

/** What one standard deviation of a slider's weight does to the average head. */
export interface HeadSlider {
  readonly name: string;
  /** The vertices that it moves against the others, and by how much, `[moved, 3]`. */
  readonly vertices: Uint32Array;
  readonly displacements: Float32Array;
  /** What is added to all vertices, so that the skull as a whole stays where it is in the image. */
  readonly shift: readonly [number, number, number];
}

/** Move a head along sliders. @param positions `[vertices, 3]`, changed in place @param weights one per slider */
export function moveHead(
  positions: Float32Array,
  sliders: readonly HeadSlider[],
  weights: readonly number[],
): void {
  const shift = [0, 1, 2].map((axis) =>
    sliders.reduce((sum, slider, k) => sum + weights[k]! * slider.shift[axis]!, 0),
  );
  for (let i = 0; i < positions.length; i++) positions[i]! += shift[i % 3]!;
  for (let k = 0; k < sliders.length; k++) addDisplacements(positions, sliders[k]!, weights[k]!);
}

function addDisplacements(
  positions: Float32Array,
  { vertices, displacements }: HeadSlider,
  weight: number,
): void {
  for (let i = 0; i < vertices.length; i++) {
    const at = 3 * vertices[i]!;
    positions[at]! += weight * displacements[3 * i]!;
    positions[at + 1]! += weight * displacements[3 * i + 1]!;
    positions[at + 2]! += weight * displacements[3 * i + 2]!;
  }
}

/** Height of the image in units of the mesh (decimetres), and how far below the middle of the skull its middle lies. */
const IMAGE_HEIGHT = 2.8;
const LOWERED = 0.06;
/** No slider moves a vertex by more than this at one standard deviation: the differences between people are millimetres. */
const LARGEST_SD = 0.035;

/** Build the model of heads from MakeHuman's mesh and targets. */
export async function buildHeadModel(human: HumanPackage): Promise<HeadModel> {
  const cut = cutHead(human.mesh);
  const sliders = [...wholeHeadSliders, ...faceSliders(human.modifiers)];
  const sum = await targetSums(human, cut, [averageAdult, ...sliders.map(({ targets }) => targets)]);
  const mean = sum(averageAdult);
  for (let i = 0; i < mean.length; i++) mean[i]! += cut.positions[i]!;
  const middle = middleOf(mean, cut.skull);
  return {
    surface: {
      triangles: cut.triangles,
      albedo: skinAlbedo(human, cut),
    },
    mean: mean.map((value, i) => (value - middle[i % 3]!) / IMAGE_HEIGHT),
    sliders: sliders.map(({ name, sd, targets }) => headSlider(name, sd, sum(targets), cut.skull)),
  };
}

/** Read all targets that these sums need; the result adds up one of them at the vertices of the cut, `[vertices, 3]`. */
async function targetSums(
  human: HumanPackage,
  { vertices }: HeadCut,
  sums: readonly FaceSlider['targets'][],
): Promise<(targets: FaceSlider['targets']) => Float32Array> {
  const paths = [...new Set(sums.flat().map(([path]) => path))];
  const rows = await human.readTargets(paths);
  const rowOf = new Map(paths.map((path, i) => [path, rows[i]!]));
  return (targets) => {
    const sum = new Float32Array(3 * vertices.length);
    for (const [path, part] of targets) addRow(sum, required(rowOf, path), vertices, part / 1000);
    return sum;
  };
}

function addRow(sum: Float32Array, row: Int16Array, vertices: readonly number[], factor: number): void {
  for (let i = 0; i < vertices.length; i++)
    for (let axis = 0; axis < 3; axis++) sum[3 * i + axis]! += factor * row[3 * vertices[i]! + axis]!;
}

/** The point that comes to the middle of the image: on the plane of symmetry, amid the box around the skull. */
function middleOf(positions: Float32Array, skull: readonly number[]): readonly [number, number, number] {
  const amid = (axis: number) => {
    const values = skull.map((vertex) => positions[3 * vertex + axis]!);
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  return [0, amid(1) - LOWERED, amid(2)];
}

/** @param displacement at the slider's end, `[vertices, 3]`, units of the mesh */
function headSlider(
  name: string,
  sd: number,
  displacement: Float32Array,
  skull: readonly number[],
): HeadSlider {
  const mean = (axis: number) =>
    skull.reduce((total, vertex) => total + displacement[3 * vertex + axis]!, 0) / skull.length;
  const means = [mean(0), mean(1), mean(2)] as const;
  const moved: number[] = [];
  let largest = 0;
  for (let at = 0; at < displacement.length; at += 3) {
    const [x, y, z] = [displacement[at]!, displacement[at + 1]!, displacement[at + 2]!];
    if (x !== 0 || y !== 0 || z !== 0) moved.push(at / 3);
    largest = Math.max(largest, Math.hypot(x - means[0], y - means[1], z - means[2]));
  }
  const factor = Math.min(sd, LARGEST_SD / largest) / IMAGE_HEIGHT;
  return {
    name,
    vertices: Uint32Array.from(moved),
    displacements: Float32Array.from(
      moved.flatMap((vertex) => [0, 1, 2].map((axis) => factor * displacement[3 * vertex + axis]!)),
    ),
    shift: [-factor * means[0], -factor * means[1], -factor * means[2]],
  };
}
