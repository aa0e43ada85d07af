/** Mean squared difference of two frames, as if their values lay in [0, 1]: bytes are divided by 255, other numbers are taken as they are. */
export function squaredDifference(a: Uint8Array | Float32Array, b: Uint8Array | Float32Array): number {
  const [scaleA, scaleB] = [scaleOf(a), scaleOf(b)];
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i]! * scaleA - b[i]! * scaleB) ** 2;
  return sum / a.length;
}

function scaleOf(frame: Uint8Array | Float32Array): number {
  return frame instanceof Uint8Array ? 1 / 255 : 1;
}
