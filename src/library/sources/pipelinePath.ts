import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { UsageError } from '../../common/errors.js';
import { packageFolder } from '../../common/files/packageFolder.js';
import { nearest } from '../../common/text/nearest.js';
import { shellWord } from '../../common/text/shellWord.js';
import { shorten } from '../../common/text/shorten.js';

/** Names of the pipelines for few labels, which `foreframe classify` is meant for. */
const CLASSIFIES = /^classify-/;
/** What a pipeline's name may end in: JSON is YAML too. */
const TEXTS = ['', '.yaml', '.yml', '.json', '.txt'];

/**
 * A pipeline by path, or by name among those that come with foreframe (`video`, `demo`, `pipelines/video.yaml`).
 * @throws UsageError where a video or a folder stands in its place, or no pipeline has this name
 */
export function pipelinePath(nameOrPath: string, command: 'train' | 'classify' = 'train'): string {
  const candidates = [
    nameOrPath,
    join(packageFolder, nameOrPath),
    join(packageFolder, 'pipelines', nameOrPath),
    join(packageFolder, 'pipelines', `${nameOrPath}.yaml`),
  ];
  const found = candidates.find((path) => /\.ya?ml$/.test(path) && existsSync(path));
  if (found !== undefined) return found;
  checkNoVideo(nameOrPath, command);
  if (existsSync(nameOrPath)) return nameOrPath;
  throw unknownPipeline(nameOrPath, command);
}

/** Somebody who names the video first means this one; its bytes would be called broken YAML. */
function checkNoVideo(given: string, command: 'train' | 'classify'): void {
  const isFolder = existsSync(given) && statSync(given).isDirectory();
  const named = shorten(given, 120);
  if (isFolder && existsSync(join(given, 'config.yaml')))
    throw new UsageError(
      `${named} is a run folder: go on with \`foreframe ${command} --resume --run ${shellWord(named)}\``,
    );
  const looksLikeVideo =
    isFolder || /:\/\/|[*%]/.test(given) || !TEXTS.includes(extname(given).toLowerCase());
  if (!looksLikeVideo) return;
  const right = command === 'train' ? `pipelines/video.yaml ${named}` : 'classify-mnist-100-labels-nrm';
  throw new UsageError(`${named} is no pipeline; pipelines come first: foreframe ${command} ${right}`);
}

function unknownPipeline(given: string, command: 'train' | 'classify'): UsageError {
  const names = readdirSync(join(packageFolder, 'pipelines'))
    .map((file) => basename(file, '.yaml'))
    .filter((name) => command === 'train' || CLASSIFIES.test(name));
  const guess = nearest(basename(given).replace(/\.ya?ml$/, ''), names);
  const advice = guess
    ? `did you mean ${guess}?`
    : `there is none; name a YAML file, or one of ${names.join(', ')}`;
  return new UsageError(`cannot read pipeline ${shorten(given, 120)}: ${advice}`);
}
