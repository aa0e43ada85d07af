#!/usr/bin/env node
// What every npm script runs first: packages, build, native TensorFlow, each only when something is missing or changed.
// Plain JavaScript without dependencies, because it starts in an empty clone.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const cli = join(root, 'dist', 'src', 'cli', 'main.js');
const tasks = {
  demo: (args) => [cli, 'demo', ...args],
  test: (args) => [join(root, 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...args],
  bench: (args) => [cli, 'bench', ...args],
  run: (args) => [cli, ...args],
};
// What was installed and built last: an equal stamp makes the next start a no-op.
const packageStamp = join(root, 'node_modules', '.foreframe-packages');
const buildStamp = join(root, 'dist', '.foreframe-build');
const SOURCE_FOLDERS = ['src', 'datasets', 'bench', 'test'];

await main(process.argv.slice(2));

async function main([task, ...args]) {
  requireNode(20, 11);
  if (task !== undefined && !Object.hasOwn(tasks, task)) {
    fail(`unknown task ${task}: one of ${Object.keys(tasks).join(', ')}`, 2);
  }
  const pending = () => packagesChanged() || sourcesChanged();
  if (pending()) await withLock(() => prepare());
  // The tests load TensorFlow in many processes; the other tasks say themselves when it is missing.
  await setUpTensorFlow(task !== undefined && task !== 'test');
  if (task !== undefined) await run(tasks[task](args));
}

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  fail(
    `foreframe needs Node ${major}.${minor} or later and this is ${process.versions.node}: install a newer Node`,
  );
}

function prepare() {
  if (packagesChanged()) {
    if (!packagesAsLocked()) installPackages();
    writeFileSync(packageStamp, lockfileHash());
  }
  if (sourcesChanged()) build();
}

// ---- packages

function lockfileHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function packagesChanged() {
  return readOr(packageStamp) !== lockfileHash();
}

/** Whether npm's record of what it installed agrees with the lockfile: someone ran `npm ci`. */
function packagesAsLocked() {
  const have = JSON.parse(readOr(join(root, 'node_modules', '.package-lock.json'), '{}')).packages ?? {};
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) => path === '' || optional || have[path]?.version === version,
  );
}

function installPackages() {
  // Install scripts stay off: that of tfjs-node-gpu downloads an old TensorFlow; everything else needs none.
  const flags = [
    '--ignore-scripts',
    '--include=dev',
    '--include=optional',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
  ];
  timed('installing npm packages', () => npm(['ci', ...flags]));
}

function npm(args) {
  const script = process.env.npm_execpath;
  const viaNode = script?.endsWith('npm-cli.js');
  const command = viaNode ? process.execPath : process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const shell = !viaNode && process.platform === 'win32';
  const result = spawnSync(command, viaNode ? [script, ...args] : args, {
    cwd: root,
    env: npmEnvironment(),
    stdio: ['ignore', 2, 2],
    shell,
  });
  if (result.error) fail(`cannot run npm: ${result.error.message}`);
  if (result.status !== 0)
    fail('npm could not install the packages: see the lines above', result.status ?? 1);
}

/** The environment without settings that would leave out what the build needs, or install elsewhere or not at all. */
function npmEnvironment() {
  const unwanted =
    /^npm_config_(omit|include|production|only|also|dev|optional|global|location|dry_run|package_lock|package_lock_only|workspaces?|json|ignore_scripts|prefix)$/i;
  const entries = Object.entries(process.env).filter(([name]) => name !== 'NODE_ENV' && !unwanted.test(name));
  return Object.fromEntries(entries);
}

// ---- build

/** Names, sizes and times of all sources: a deleted file changes it as well. */
function sourcesFingerprint() {
  const hash = createHash('sha256');
  for (const path of [
    ...SOURCE_FOLDERS.flatMap((folder) => filesBelow(join(root, folder), /\.(ts|html|css)$/)),
    join(root, 'tsconfig.json'),
  ]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.update(lockfileHash()).digest('hex');
}

function sourcesChanged() {
  return !existsSync(join(root, 'dist', 'src')) || readOr(buildStamp) !== sourcesFingerprint();
}

function build() {
  const fingerprint = sourcesFingerprint();
  // Without its outputs the compiler's own record would let it skip them.
  if (!existsSync(join(root, 'dist', 'src'))) rmSync(join(root, 'dist'), { recursive: true, force: true });
  timed('building', () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const result = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.json')], {
      cwd: root,
      stdio: ['ignore', 2, 2],
    });
    if (result.status !== 0) fail('the build failed: see the lines above');
    removeOrphans();
    const page = join(root, 'dist', 'src', 'live', 'build', 'buildPage.js');
    const bundled = spawnSync(process.execPath, [page], { cwd: root, stdio: ['ignore', 2, 2] });
    if (bundled.status !== 0) fail('the live page could not be bundled: see the lines above');
  });
  writeFileSync(buildStamp, fingerprint);
}

/** Outputs whose source is gone: importing one of them would work here and nowhere else. */
function removeOrphans() {
  const dist = join(root, 'dist');
  for (const output of filesBelow(dist, /\.(js|js\.map|d\.ts)$/)) {
    const source = join(root, output.slice(dist.length).replace(/\.(js|js\.map|d\.ts)$/, '.ts'));
    if (!existsSync(source)) rmSync(output);
  }
}

// ---- native TensorFlow

async function setUpTensorFlow(quiet) {
  const setup = join(root, 'dist', 'src', 'cli', 'setup.js');
  const start = performance.now();
  try {
    const { setupCommand } = await import(pathToFileURL(setup).href);
    await setupCommand({ ifNeeded: true, quiet });
  } catch (error) {
    console.error(
      `warning: native TensorFlow was not set up (${firstLine(error)}); using WebAssembly, many times slower.`,
    );
  }
  const seconds = (performance.now() - start) / 1000;
  if (seconds > 2) console.error(`foreframe: setting up native TensorFlow took ${seconds.toFixed(1)} s`);
}

// ---- the task itself

/** Run the task as a child with our terminal; signals go through and its exit code becomes ours. */
function run(args) {
  // Said here and not in the child: an environment changed inside a process may not reach native code there.
  const env = { TF_CPP_MIN_LOG_LEVEL: '2', ...process.env };
  const child = spawn(process.execPath, args, { stdio: 'inherit', env });
  // On a terminal the child gets Ctrl-C itself; we only must outlive it. A signal sent to us alone is handed on.
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  process.on('SIGINT', () => {
    if (!process.stdin.isTTY) child.kill('SIGINT');
  });
  return new Promise((resolve) => {
    child.on('error', (error) => fail(`cannot start: ${error.message}`));
    child.on('exit', (code, signal) => {
      process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0);
      // Listeners for signals would keep nothing alive, but a second Ctrl-C should end us as usual.
      for (const name of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.removeAllListeners(name);
      resolve();
    });
  });
}

// ---- one at a time

/**
 * Hold a lock while packages and build change, so that two npm scripts started at once do not fall over each other. The
 * lock lies outside the checkout: npm empties node_modules.
 */
async function withLock(work) {
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const path = join(tmpdir(), `foreframe-bootstrap-${userInfo().uid}-${name}`);
  for (let printed = false; !takeLock(path); printed = true) {
    if (!printed) console.error('foreframe: another npm script is preparing this folder, waiting for it');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    work();
  } finally {
    process.off('exit', release);
    release();
  }
}

function takeLock(path) {
  try {
    writeFileSync(path, `${process.pid} ${hostname()}`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const [pid, host] = (readOr(path) ?? '').split(' ');
  if (pid && host === hostname() && !isAlive(Number(pid))) rmSync(path, { force: true });
  return false;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// ---- small things

function timed(what, work) {
  console.error(`foreframe: ${what} ...`);
  const start = performance.now();
  work();
  console.error(`foreframe: ${what} took ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

function filesBelow(folder, pattern) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

function readOr(path, otherwise = undefined) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return otherwise;
  }
}

function firstLine(error) {
  return String(error?.message ?? error).split('\n')[0];
}

function fail(message, code = 1) {
  console.error(`foreframe: ${message}`);
  process.exit(code);
}
