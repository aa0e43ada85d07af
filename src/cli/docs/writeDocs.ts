import { readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { atomicWrite } from '../../common/files/atomicWrite.js';
import { makeFolder } from '../../common/files/makeFolder.js';
import { docsFolder, generatedDocs } from './generatedDocs.js';

// `npm run docs`: write what the code knows into docs/.

const pages = generatedDocs();
for (const [name, text] of pages) {
  await makeFolder(dirname(join(docsFolder, name)));
  await atomicWrite(join(docsFolder, name), text);
}
// A settings page of a key that is no more.
for (const file of readdirSync(join(docsFolder, 'settings')))
  if (!pages.has(join('settings', file))) rmSync(join(docsFolder, 'settings', file));
console.log(`wrote ${pages.size} pages to ${docsFolder}`);
