import { constants, existsSync, readdirSync, realpathSync } from 'node:fs';
import { copyFile, cp, mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ForeframeError, UsageError } from '../../../common/errors.js';
import { unpackTar } from '../../../common/files/npmPackage.js';
import { TENSORFLOW_VERSION } from '../paths.js';
import type { TensorFlowPlatform } from '../platform.js';
import type { OnSetupProgress } from '../setupProgress.js';
import { download } from './download.js';
import { downloadWheel, findPip } from './pip.js';
import { extractWheel, wheelRequirements } from './wheel.js';

/** Where TensorFlow's libraries and headers can come from. `fill` puts them into `folder/lib` and `folder/include`. */
export interface LibrarySource {
  readonly name: string;
  fill(folder: string, downloads: string, onProgress: OnSetupProgress): Promise<void>;
}

/** A directory that the user names: an unpacked C library, or the `tensorflow` folder of a Python installation. */
export function directorySource(directory: string, platform: TensorFlowPlatform): LibrarySource {
  const root = resolve(directory);
  const lib = [root, join(root, 'lib'), join(root, 'tensorflow')].find((folder) =>
    libraryIn(folder, platform),
  );
  const include = [join(root, 'include'), join(root, 'tensorflow', 'include')].find((folder) =>
    existsSync(join(folder, 'tensorflow', 'c', 'c_api.h')),
  );
  if (!existsSync(root))
    throw new UsageError(`${root} does not exist: name the folder with TensorFlow's C library`);
  if (!lib)
    throw new UsageError(`${root} holds neither ${platform.main.join(' nor ')}: name the folder that does`);
  if (!include) throw new UsageError(`${root} has no include/tensorflow/c/c_api.h beside its library`);
  return {
    name: root,
    async fill(folder, _downloads, onProgress) {
      onProgress({ phase: 'copy', message: `TensorFlow from ${root}` });
      await takeLibraries(lib, include, folder, platform);
    },
  };
}

/** The wheel on the Python package index, through the user's own pip. */
export function wheelSource(platform: TensorFlowPlatform, gpu: boolean): LibrarySource {
  const packageName = gpu ? platform.wheel.gpu : platform.wheel.cpu;
  const requirement = `${packageName}==${TENSORFLOW_VERSION}`;
  return {
    name: `wheel ${requirement}`,
    async fill(folder, downloads, onProgress) {
      if (!packageName) throw new ForeframeError('there is no GPU build of TensorFlow for this platform');
      const pip = await findPip();
      if (!pip)
        throw new ForeframeError('no pip: install Python with pip (Debian, Ubuntu: apt install python3-pip)');
      const wheel = await downloadWheel(pip, requirement, platform.wheel.tags, downloads, onProgress);
      await unpackWheel(wheel, folder, tensorFlowPlace(platform), onProgress);
      if (!gpu) return;
      // NVIDIA's libraries are wheels of their own; TensorFlow looks for them in ../nvidia/*/lib, as in site-packages.
      for (const library of await nvidiaRequirements(wheel)) {
        const part = await downloadWheel(pip, library, platform.wheel.tags, downloads, onProgress);
        await unpackWheel(part, folder, nvidiaPlace, onProgress);
      }
    },
  };
}

/** The C library that tensorflow.org publishes; `FOREFRAME_LIBTENSORFLOW_URL` names a mirror of it. */
export function officialSource(platform: TensorFlowPlatform, gpu: boolean): LibrarySource {
  const url =
    process.env.FOREFRAME_LIBTENSORFLOW_URL || (gpu ? platform.official?.gpu : platform.official?.cpu);
  return {
    name: url ?? 'official download',
    async fill(folder, downloads, onProgress) {
      if (!url) throw new ForeframeError('tensorflow.org publishes no C library for this platform');
      const tarball = join(downloads, 'libtensorflow.tar.gz');
      await mkdir(downloads, { recursive: true });
      if (!existsSync(tarball)) {
        await download(url, tarball, (done, total) =>
          onProgress({ phase: 'download', message: url, done, total }),
        );
      }
      const unpacked = join(folder, 'unpacked');
      onProgress({ phase: 'unpack', message: 'libtensorflow' });
      await mkdir(unpacked, { recursive: true });
      await unpackTar(tarball, unpacked).catch(async (error: unknown) => {
        await rm(tarball, { force: true });
        throw error;
      });
      await takeLibraries(join(unpacked, 'lib'), join(unpacked, 'include'), folder, platform);
      await rm(unpacked, { recursive: true, force: true });
    },
  };
}

/** The name of the C API's library in `folder`, if its framework is there as well. */
export function libraryIn(folder: string, platform: TensorFlowPlatform): string | undefined {
  if (!existsSync(folder)) return undefined;
  const names = readdirSync(folder);
  return names.includes(platform.framework) ? platform.main.find((name) => names.includes(name)) : undefined;
}

async function takeLibraries(lib: string, include: string, folder: string, platform: TensorFlowPlatform) {
  await mkdir(join(folder, 'lib'), { recursive: true });
  const main = libraryIn(lib, platform);
  if (!main) throw new ForeframeError(`${lib} holds neither ${platform.main.join(' nor ')}`);
  for (const name of [main, platform.framework]) {
    // Links point at versioned names: take what they mean. A clone costs nothing where the file system can.
    await copyFile(realpathSync(join(lib, name)), join(folder, 'lib', name), constants.COPYFILE_FICLONE);
  }
  for (const part of HEADERS) {
    const from = join(include, part);
    if (existsSync(from))
      await cp(from, join(folder, 'include', part), { recursive: true, dereference: true });
  }
}

/** What `tensorflow/c/eager/c_api.h` includes, directly and indirectly: 14 files in these folders, of 1,700. */
const HEADERS = ['tensorflow/c', 'tensorflow/core/platform', 'tsl/platform', 'xla/tsl/c'];

function tensorFlowPlace(platform: TensorFlowPlatform): (name: string) => string | undefined {
  const libraries = [...platform.main, platform.framework].map((name) => `tensorflow/${name}`);
  return (name) => {
    if (libraries.includes(name)) return join('lib', name.slice('tensorflow/'.length));
    const header = /^tensorflow\/include\/(.+\.h)$/.exec(name)?.[1];
    return header && HEADERS.some((part) => header.startsWith(`${part}/`))
      ? join('include', header)
      : undefined;
  };
}

const nvidiaPlace = (name: string) =>
  /^nvidia\/[^/]+\/(lib|bin|nvvm)\//.test(name) && !name.endsWith('.py') ? name : undefined;

/** `nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"` → `nvidia-cublas-cu12<13.0,>=12.5.3.2`. */
async function nvidiaRequirements(wheel: string): Promise<string[]> {
  const requirements = (await wheelRequirements(wheel)).filter(
    (line) => /^nvidia-/.test(line) && /and-cuda/.test(line),
  );
  return requirements.map((line) => line.split(';')[0]!.replace(/[\s()]/g, ''));
}

async function unpackWheel(
  wheel: string,
  folder: string,
  place: (name: string) => string | undefined,
  onProgress: OnSetupProgress,
): Promise<void> {
  const name = wheel.replace(/^.*[\\/]/, '').split('-')[0]!;
  try {
    const files = await extractWheel(wheel, folder, place, (done, total) =>
      onProgress({ phase: 'unpack', message: name, done, total }),
    );
    if (files === 0) throw new ForeframeError(`${name} does not hold the expected libraries`);
  } catch (error) {
    // A damaged wheel must not be found "already downloaded" the next time.
    await rm(wheel, { force: true });
    throw error;
  }
}
