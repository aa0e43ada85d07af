import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tenFacesDataset } from '../../datasets/rotatingFaces/index.js';
import { writeVideo } from '../../src/video/index.js';

export const PEOPLE = 3;
export const CLIPS = 8;
export const FRAMES = 6;
/** Of each person's clips. */
const SPLITS = ['train', 'train', 'train', 'train', 'train', 'validation', 'test', 'test'];

/**
 * Heads that turn, as anyone would have them: a folder for each person, and beside it a table that says more. Of each person 8 clips of 6
 * frames, 64×64, lossless.
 */
export async function makeFaces(folder: string): Promise<void> {
  const clips = await tenFacesDataset.open();
  const lines = ['path,label,split,speed,angle,session,comment'];
  for (let person = 0; person < PEOPLE; person++)
    for (let number = 0; number < CLIPS; number++) {
      const { frames, latents } = clips('train', person + 10 * number, FRAMES);
      const file = `faces/person ${person}/${number}.mp4`;
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      await writeVideo(join(folder, file), frames, { rate: 10, quality: 'lossless' });
      const [speed, angle] = [latents.speed![0]![0]!, latents.angle![FRAMES - 2]![0]!].map((value) =>
        value.toFixed(3),
      );
      lines.push(
        `${file},person ${person},${SPLITS[number]},${speed},${angle},s${number % 4},"${person}, clip ${number}"`,
      );
    }
  writeFileSync(join(folder, 'faces.csv'), `${lines.join('\n')}\n`);
}
