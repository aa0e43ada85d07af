import { existsSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';

export interface PictureOptions {
  /** Where the accepted image lies; by default the folder `snapshots` beside the test that asks. */
  readonly folder?: string;
  /** A pixel is the same where no channel (0 … 255) differs by more. */
  readonly each?: number;
  /** Share of all pixels that may differ by more than `each`: raise it for text, whose edges depend on the machine's fonts. */
  readonly share?: number;
}

/**
 * Holds an image against the accepted one, `snapshots/<name>.png` beside the test: decoded pixels are compared, not bytes. Where
 * they differ, or nothing is accepted yet, the new image is written as `<name>.new.png` and the test fails with the command that
 * shows and accepts it.
 * @param png any image file that sharp decodes; written as it is
 * @param name of letters, digits, `.`, `_` and `-`, once in a test file
 */
export async function expectPicture(
  png: Uint8Array,
  name: string,
  options: PictureOptions = {},
): Promise<void> {
  if (!/^[\w.-]+$/.test(name))
    throw new Error(`${name}: an image's name has letters, digits, ., _ and - only`);
  const folder = options.folder ?? join(dirname(expect.getState().testPath!), 'snapshots');
  const [accepted, fresh] = [join(folder, `${name}.png`), join(folder, `${name}.new.png`)];
  const difference = existsSync(accepted)
    ? await differenceOf(readFileSync(accepted), png, options)
    : 'is not accepted yet';
  if (difference === undefined) {
    rmSync(fresh, { force: true });
    return;
  }
  await mkdir(folder, { recursive: true });
  await writeFile(fresh, png);
  const file = relative(resolve(import.meta.dirname, '..'), accepted);
  expect.fail(
    `${file} ${difference}: look at it with \`npm run snapshots\`, accept it with \`npm run snapshots -- --accept\``,
  );
}

/** What differs, in words; nothing where the two images are the same within the tolerance. */
async function differenceOf(
  accepted: Uint8Array,
  png: Uint8Array,
  { each = 2, share = 0 }: PictureOptions,
): Promise<string | undefined> {
  const [before, after] = await Promise.all([pixelsOf(accepted), pixelsOf(png)]);
  if (before.width !== after.width || before.height !== after.height)
    return `was ${before.width}×${before.height} and is now ${after.width}×${after.height}`;
  const pixels = before.width * before.height;
  let [changed, largest] = [0, 0];
  for (let pixel = 0; pixel < pixels; pixel++) {
    let most = 0;
    for (let c = 4 * pixel; c < 4 * pixel + 4; c++)
      most = Math.max(most, Math.abs(before.data[c]! - after.data[c]!));
    if (most > each) changed++;
    largest = Math.max(largest, most);
  }
  if (changed <= share * pixels) return undefined;
  return `differs in ${changed} of ${pixels} pixels, by at most ${largest} of 255`;
}

/** RGBA, four bytes a pixel, whatever the file holds. */
async function pixelsOf(image: Uint8Array): Promise<{ data: Uint8Array; width: number; height: number }> {
  const { data, info } = await sharp(image).toColourspace('srgb').ensureAlpha().raw().toBuffer({
    resolveWithObject: true,
  });
  return { data, width: info.width, height: info.height };
}
