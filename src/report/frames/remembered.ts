/** Most drawings that are remembered: they must not fill the memory. */
const MOST_KEPT = 512;

const kept = new Map<string, Promise<Uint8Array>>();

/** The drawing of this key. It is drawn again only when many others were drawn since. Do not write to it. */
export function remembered(key: string, draw: () => Promise<Uint8Array>): Promise<Uint8Array> {
  let drawn = kept.get(key);
  if (!drawn) {
    drawn = draw();
    if (kept.size >= MOST_KEPT) kept.delete(kept.keys().next().value!);
    kept.set(key, drawn);
  }
  return drawn;
}
