/** The visible surface of a head, the same for everybody. */
export interface HeadSurface {
  /** `[triangles, 3]`, counter-clockwise seen from outside. */
  readonly triangles: Uint32Array;
  /** `[vertices]`, the part of the light that is reflected, 0 … 1. */
  readonly albedo: Float32Array;
}

/** The places of a head's vertices in its own frame: x to its left, y up, z to the front, the axis of rotation at x = z = 0. */
export interface HeadShape {
  /** `[vertices, 3]`, units of the image's height; y = 0 is its middle. */
  readonly positions: Float32Array;
  /** `[vertices, 3]`, unit length, outwards. */
  readonly normals: Float32Array;
}

export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** What there is where there is no head. */
export const BACKGROUND = 0;
/** Towards the light, as the camera sees it: from above and a little from the left. It does not turn with the head. */
const LIGHT = normalized([-0.45, 0.4, 0.8]);
const AMBIENT = 0.18;
const DIFFUSE = 0.82;
/** Samples per pixel along each side. */
const SAMPLES = 2;
/** Of barycentric weights: no sample on an edge falls between the two triangles that share it. */
const TOLERANCE = 1e-9;

/**
 * Draw a head turned about its vertical axis: orthographic camera in front of it, z-buffer, Lambert reflection at the
 * vertices (smooth normals) interpolated between them, 2×2 samples a pixel.
 * @param degrees 0 faces the camera; with growing angles it turns to its left, to the right of the image
 * @returns `height * width` grey values, row by row
 */
export function renderHead(
  shape: HeadShape,
  surface: HeadSurface,
  degrees: number,
  { width, height }: ImageSize,
): Uint8Array {
  const angle = ((((degrees % 360) + 360) % 360) * Math.PI) / 180;
  const samples = { width: width * SAMPLES, height: height * SAMPLES };
  const projected = project(shape, surface, angle, samples);
  return shrink(rasterize(projected, surface.triangles, samples), width, height);
}

/** `[vertices, 4]`: column, row, nearness and brightness (0 … 255) of each vertex. */
function project(
  { positions, normals }: HeadShape,
  { albedo }: HeadSurface,
  angle: number,
  { width, height }: ImageSize,
): Float64Array {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  // Turning the light back is cheaper than turning every normal.
  const light = [cos * LIGHT[0] - sin * LIGHT[2], LIGHT[1], sin * LIGHT[0] + cos * LIGHT[2]] as const;
  const count = albedo.length;
  const projected = new Float64Array(4 * count);
  for (let i = 0; i < count; i++) {
    const x = positions[3 * i]!;
    const y = positions[3 * i + 1]!;
    const z = positions[3 * i + 2]!;
    const lit = normals[3 * i]! * light[0] + normals[3 * i + 1]! * light[1] + normals[3 * i + 2]! * light[2];
    projected[4 * i] = width / 2 + height * (cos * x + sin * z);
    projected[4 * i + 1] = height * (0.5 - y);
    projected[4 * i + 2] = cos * z - sin * x;
    projected[4 * i + 3] = 255 * albedo[i]! * (AMBIENT + DIFFUSE * Math.max(0, lit));
  }
  return projected;
}

/** Fill the triangles that face the camera, nearest in front. */
function rasterize(
  vertices: Float64Array,
  triangles: Uint32Array,
  { width, height }: ImageSize,
): Float32Array {
  const grey = new Float32Array(width * height).fill(BACKGROUND);
  const depth = new Float32Array(width * height).fill(Number.NEGATIVE_INFINITY);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 4 * triangles[t]!;
    const b = 4 * triangles[t + 1]!;
    const c = 4 * triangles[t + 2]!;
    const ax = vertices[a]!;
    const ay = vertices[a + 1]!;
    const bx = vertices[b]! - ax;
    const by = vertices[b + 1]! - ay;
    const cx = vertices[c]! - ax;
    const cy = vertices[c + 1]! - ay;
    // Rows grow downwards, so a triangle that is counter-clockwise from outside has a negative area when it faces us.
    const area = bx * cy - by * cx;
    if (area >= 0) continue;
    const left = Math.max(0, Math.ceil(ax + Math.min(0, bx, cx) - 0.5));
    const right = Math.min(width - 1, Math.floor(ax + Math.max(0, bx, cx) - 0.5));
    const top = Math.max(0, Math.ceil(ay + Math.min(0, by, cy) - 0.5));
    const bottom = Math.min(height - 1, Math.floor(ay + Math.max(0, by, cy) - 0.5));
    for (let row = top; row <= bottom; row++) {
      const y = row + 0.5 - ay;
      for (let column = left; column <= right; column++) {
        const x = column + 0.5 - ax;
        const wb = (x * cy - y * cx) / area;
        const wc = (bx * y - by * x) / area;
        const wa = 1 - wb - wc;
        if (wa < -TOLERANCE || wb < -TOLERANCE || wc < -TOLERANCE) continue;
        const at = row * width + column;
        const near = wa * vertices[a + 2]! + wb * vertices[b + 2]! + wc * vertices[c + 2]!;
        if (near <= depth[at]!) continue;
        depth[at] = near;
        grey[at] = wa * vertices[a + 3]! + wb * vertices[b + 3]! + wc * vertices[c + 3]!;
      }
    }
  }
  return grey;
}

/** The mean of each pixel's samples. */
function shrink(samples: Float32Array, width: number, height: number): Uint8Array {
  const stride = width * SAMPLES;
  const image = new Uint8Array(width * height);
  for (let at = 0; at < image.length; at++) {
    const first = Math.floor(at / width) * SAMPLES * stride + (at % width) * SAMPLES;
    let sum = 0;
    for (let row = 0; row < SAMPLES; row++)
      for (let column = 0; column < SAMPLES; column++) sum += samples[first + row * stride + column]!;
    image[at] = Math.min(255, Math.round(sum / SAMPLES ** 2));
  }
  return image;
}

function normalized([x, y, z]: readonly [number, number, number]): readonly [number, number, number] {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** Smooth normals: the sum of the normals of the triangles at each vertex, larger triangles counting more. */
export function vertexNormals(p: Float32Array, triangles: Uint32Array): Float32Array {
  const normals = new Float32Array(p.length);
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * triangles[t]!;
    const b = 3 * triangles[t + 1]!;
    const c = 3 * triangles[t + 2]!;
    const ux = p[b]! - p[a]!;
    const uy = p[b + 1]! - p[a + 1]!;
    const uz = p[b + 2]! - p[a + 2]!;
    const vx = p[c]! - p[a]!;
    const vy = p[c + 1]! - p[a + 1]!;
    const vz = p[c + 2]! - p[a + 2]!;
    for (let k = 0; k < 3; k++) {
      const corner = k === 0 ? a : k === 1 ? b : c;
      normals[corner]! += uy * vz - uz * vy;
      normals[corner + 1]! += uz * vx - ux * vz;
      normals[corner + 2]! += ux * vy - uy * vx;
    }
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.sqrt(normals[i]! ** 2 + normals[i + 1]! ** 2 + normals[i + 2]! ** 2) || 1;
    for (let k = 0; k < 3; k++) normals[i + k]! /= length;
  }
  return normals;
}
