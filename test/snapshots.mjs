// Lists the images that no longer look as accepted (`*.new.png`, written by test/pictureSnapshot.ts) and writes a page that
// shows them side by side; `--accept` takes them over. Names limit it to some: `npm run snapshots -- --accept rotate`.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import sharp from 'sharp';

const root = resolve(import.meta.dirname, '..');
const { values, positionals: names } = parseArgs({
  allowPositionals: true,
  options: { accept: { type: 'boolean' }, in: { type: 'string' }, page: { type: 'string' } },
});
const folder = values.in ?? import.meta.dirname;
const changed = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.new.png') && dirname(file).split(/[\\/]/).at(-1) === 'snapshots')
  .map((file) => join(folder, file))
  .filter((file) => names.length === 0 || names.includes(basename(file, '.new.png')))
  .sort();

for (const file of changed)
  console.log(`${acceptedOf(file) ? 'changed' : 'new    '} ${relative(root, file)}`);
if (changed.length === 0) console.log('every image looks as accepted');
else if (values.accept) {
  for (const file of changed) renameSync(file, file.replace(/\.new\.png$/, '.png'));
  console.log(`accepted ${changed.length}`);
} else {
  const page = resolve(values.page ?? join(root, 'dist', 'snapshots.html'));
  mkdirSync(dirname(page), { recursive: true });
  const sections = await Promise.all(changed.map(section));
  writeFileSync(page, pageOf(sections));
  console.log(`look: ${pathToFileURL(page)}\naccept: npm run snapshots -- --accept [NAME…]`);
}

/** The accepted image of a new one, where there is any. */
function acceptedOf(file) {
  const accepted = file.replace(/\.new\.png$/, '.png');
  return existsSync(accepted) ? accepted : undefined;
}

async function section(file) {
  const accepted = acceptedOf(file);
  const columns = accepted
    ? [
        figure('accepted', readFileSync(accepted)),
        figure('new', readFileSync(file)),
        await difference(accepted, file),
      ]
    : [figure('new', readFileSync(file))];
  return `<h2>${escaped(relative(root, file))}</h2><div>${columns.join('')}</div>`;
}

/** White where the two are the same, the darker the more they differ; four times as strong as it is. */
async function difference(accepted, file) {
  const [before, after] = await Promise.all(
    [accepted, file].map((image) =>
      sharp(image)
        .flatten({ background: '#fff' })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true }),
    ),
  );
  const { width, height, channels } = before.info;
  if (width !== after.info.width || height !== after.info.height)
    return `<p>${width}×${height} became ${after.info.width}×${after.info.height}</p>`;
  const shades = before.data.map((value, i) => Math.max(0, 255 - 4 * Math.abs(value - after.data[i])));
  return figure('difference × 4', await sharp(shades, { raw: { width, height, channels } }).png().toBuffer());
}

function figure(caption, png) {
  const source = `data:image/png;base64,${png.toString('base64')}`;
  return `<figure><figcaption>${caption}</figcaption><img src="${source}" alt="${caption}"></figure>`;
}

function pageOf(sections) {
  return `<!doctype html><meta charset="utf-8"><title>Snapshots that changed</title>
<style>body{font:15px system-ui;margin:1rem}div{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}
img{max-width:100%;border:1px solid #ccc;image-rendering:pixelated}</style>
<h1>${sections.length} changed</h1>${sections.join('\n')}\n`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
