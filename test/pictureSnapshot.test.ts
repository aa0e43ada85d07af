import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeEach, describe, expect, it } from 'vitest';
import { expectPicture } from './pictureSnapshot.js';

let top: string;
let folder: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'foreframe-snapshots-'));
  folder = join(top, 'snapshots');
});

function ramp(change: (x: number, y: number) => number = () => 0): Promise<Buffer> {
  const pixels = Uint8Array.from(
    { length: 20 * 10 },
    (_, i) => 5 * (i % 20) + change(i % 20, Math.floor(i / 20)),
  );
  return sharp(pixels, { raw: { width: 20, height: 10, channels: 1 } })
    .png()
    .toBuffer();
}

function snapshots(...args: string[]): string {
  const command = [join(import.meta.dirname, 'snapshots.mjs'), '--in', top, ...args];
  return execFileSync(process.execPath, command, { encoding: 'utf8' });
}

describe('an image held against an accepted one', () => {
  it('fails until it is accepted, passes then, and fails again once it changes', async () => {
    await expect(expectPicture(await ramp(), 'ramp', { folder })).rejects.toThrow(
      /ramp\.png is not accepted yet: look at it with `npm run snapshots`/,
    );
    expect(snapshots()).toContain('new     ');
    expect(existsSync(join(folder, 'ramp.png'))).toBe(false);
    expect(snapshots('--accept')).toContain('accepted 1');
    await expectPicture(await ramp(), 'ramp', { folder });

    const spot = await ramp((x, y) => (x === 3 && y === 4 ? 90 : 0));
    await expect(expectPicture(spot, 'ramp', { folder })).rejects.toThrow(
      /^[^\n]*differs in 1 of 200 pixels, by at most 90 of 255[^\n]*$/,
    );
    expect(readFileSync(join(folder, 'ramp.new.png'))).toEqual(spot);
    const page = join(top, 'page.html');
    expect(snapshots('--page', page)).toContain('changed ');
    expect(readFileSync(page, 'utf8').match(/<img/g)).toHaveLength(3);

    // As before again: the new image goes.
    await expectPicture(await ramp(), 'ramp', { folder });
    expect(existsSync(join(folder, 'ramp.new.png'))).toBe(false);
    expect(snapshots()).toContain('every image looks as accepted');
  });

  it('compares pixels within a tolerance and sizes exactly', async () => {
    await expect(expectPicture(await ramp(), 'ramp', { folder })).rejects.toThrow();
    snapshots('--accept', 'other');
    expect(existsSync(join(folder, 'ramp.png'))).toBe(false);
    snapshots('--accept', 'ramp');
    // Another compression and a channel more are the same image; so is one level.
    await expectPicture(
      await sharp(await ramp())
        .toColourspace('srgb')
        .png({ compressionLevel: 0 })
        .toBuffer(),
      'ramp',
      {
        folder,
      },
    );
    await expectPicture(await ramp(() => 1), 'ramp', { folder });
    await expect(expectPicture(await ramp(() => 1), 'ramp', { folder, each: 0 })).rejects.toThrow(
      '200 of 200',
    );
    const column = await ramp((x) => (x === 0 ? 50 : 0));
    await expectPicture(column, 'ramp', { folder, share: 0.05 });
    await expect(expectPicture(column, 'ramp', { folder, share: 0.04 })).rejects.toThrow('10 of 200');
    const half = await sharp(await ramp())
      .resize(10, 5)
      .png()
      .toBuffer();
    await expect(expectPicture(half, 'ramp', { folder })).rejects.toThrow('was 20×10 and is now 10×5');
  });
});
