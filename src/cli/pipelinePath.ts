import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../common/packageFolder.js';

/** A pipeline by path, or by name among those that come with foreframe (`video`, `demo`, `pipelines/video.yaml`). */
export function pipelinePath(nameOrPath: string): string {
  const candidates = [
    nameOrPath,
    join(packageFolder, nameOrPath),
    join(packageFolder, 'pipelines', nameOrPath),
    join(packageFolder, 'pipelines', `${nameOrPath}.yaml`),
  ];
  return candidates.find((path) => existsSync(path) && /\.ya?ml$/.test(path)) ?? nameOrPath;
}
