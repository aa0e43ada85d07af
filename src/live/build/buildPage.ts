// The last part of `npm run build`: the live page, beside the compiled code.
import { join } from 'node:path';
import { packageFolder } from '../../common/files/packageFolder.js';
import { bundlePage } from './bundlePage.js';

await bundlePage(join(packageFolder, 'dist', 'src', 'live', 'page'));
