/** What TensorFlow's files are called on one platform and where its published builds are. */
export interface TensorFlowPlatform {
  /** The library with the C API, best first: as in the wheels, as in the official download. */
  readonly main: readonly string[];
  readonly framework: string;
  /** The wheel on the Python package index, and the wheel tags that pip should ask for whatever Python runs it. */
  readonly wheel: { readonly cpu: string; readonly gpu?: string; readonly tags: readonly string[] };
  /** The C library of tensorflow.org/install/lang_c, which lags behind the wheels. */
  readonly official?: { readonly version: string; readonly cpu: string; readonly gpu?: string };
}

const linuxNames = {
  main: ['libtensorflow_cc.so.2', 'libtensorflow.so.2'],
  framework: 'libtensorflow_framework.so.2',
} as const;

const darwinNames = {
  main: ['libtensorflow_cc.2.dylib', 'libtensorflow.2.dylib'],
  framework: 'libtensorflow_framework.2.dylib',
} as const;

const official = (version: string, file: string) =>
  `https://storage.googleapis.com/tensorflow/versions/${version}/libtensorflow-${file}.tar.gz`;

const PLATFORMS: Readonly<Record<string, TensorFlowPlatform>> = {
  'linux-x64': {
    ...linuxNames,
    wheel: {
      cpu: 'tensorflow-cpu',
      gpu: 'tensorflow',
      // pip takes a custom tag literally: the older ones are for NVIDIA's wheels.
      tags: ['manylinux_2_27_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
    },
    official: {
      version: '2.18.0',
      cpu: official('2.18.0', 'cpu-linux-x86_64'),
      gpu: official('2.18.0', 'gpu-linux-x86_64'),
    },
  },
  'linux-arm64': { ...linuxNames, wheel: { cpu: 'tensorflow', tags: ['manylinux_2_27_aarch64'] } },
  'darwin-arm64': {
    ...darwinNames,
    wheel: { cpu: 'tensorflow', tags: ['macosx_12_0_arm64'] },
    official: { version: '2.18.0', cpu: official('2.18.0', 'cpu-darwin-arm64') },
  },
};

/** The files of this machine's platform, or one line that says why there is no native TensorFlow for it. */
export function tensorFlowPlatform(): TensorFlowPlatform | string {
  const name = `${process.platform}-${process.arch}`;
  const platform = PLATFORMS[name];
  if (!platform) return `no native TensorFlow build is known for ${name}`;
  if (process.platform === 'linux' && !usesGlibc()) {
    return 'native TensorFlow needs glibc, this system has another C library (musl): use a Debian or Ubuntu based image';
  }
  return platform;
}

function usesGlibc(): boolean {
  const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
  return report.header?.glibcVersionRuntime !== undefined;
}
