import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ForeframeError, UsageError } from '../common/errors.js';
import { atomicWrite } from '../common/files/atomicWrite.js';
import { isSpecial } from '../common/files/isSpecial.js';
import { makeFolder } from '../common/files/makeFolder.js';
import type { FileLock } from '../common/locks/fileLock.js';
import { type Config, isOfClips } from '../config/anyConfig.js';
import type { PipelineConfig } from '../config/config.js';
import { loadAnyConfig } from '../config/loadConfig.js';
import { kindOfPipeline, type PipelineKind } from '../config/pipelineKind.js';
import { readYaml } from '../config/readYaml.js';
import { sampleMethodOf } from '../methods/index.js';
import { type Checkpoint, loadCheckpoint, type Position, savedPosition } from './checkpoint.js';
import { checkWhole } from './checkWhole.js';
import { type RunEnvironment, readEnvironment } from './environment.js';
import {
  folderState,
  MARKER,
  RUN_FOLDERS,
  removeRunFiles,
  removeRunLeftovers,
  writeMarker,
} from './runManifest.js';
import { withFoundPaths, withoutSavedPasswords, withWholePaths } from './savedPaths.js';

/** Settings of `training` that say how long: two sessions of one run may differ in them. */
export const BUDGET = ['steps', 'epochs', 'seconds'] as const;

export interface CreateOptions {
  /** Replace the existing run: only the files that it wrote. */
  readonly overwrite?: boolean;
  /** The lock on the folder, where this process holds it. */
  readonly lock?: FileLock;
}

/** The files of one experiment. */
export class RunFolder {
  readonly config: string;
  readonly environment: string;
  readonly metrics: string;
  readonly events: string;
  readonly last: string;
  readonly best: string;
  readonly samples: string;
  readonly evaluation: string;
  readonly report: string;
  #lock: FileLock | undefined;

  private constructor(readonly path: string) {
    this.config = join(path, 'config.yaml');
    this.environment = join(path, 'environment.json');
    this.metrics = join(path, 'metrics.jsonl');
    this.events = join(path, 'events');
    this.last = join(path, 'checkpoints', 'last.safetensors');
    this.best = join(path, 'checkpoints', 'best.safetensors');
    this.samples = join(path, 'samples');
    this.evaluation = join(path, 'evaluation.json');
    this.report = join(path, 'report.html');
  }

  /**
   * A new run. The folder has to be new, empty, or that of a run; of an old run only the files that it wrote are removed.
   * The configuration is saved with absolute paths, so that it means the same from every working directory,
   * and without passwords of addresses.
   * @throws ForeframeError when `path` already holds a run or something else, or cannot be written
   */
  static async create(
    path: string,
    config: object,
    environment: Record<string, unknown>,
    { overwrite = false, lock }: CreateOptions = {},
  ): Promise<RunFolder> {
    const state = RunFolder.checkFree(path, { overwrite });
    const run = new RunFolder(path);
    run.#lock = lock;
    // Made before anything is removed: a folder that cannot be written fails first.
    await run.#makeFolders();
    await writeMarker(path, kindOf(config), run.check);
    if (state.kind === 'run') removeRunFiles(path, state.files);
    await atomicWrite(run.environment, `${JSON.stringify(environment, null, 2)}\n`, { check: run.check });
    await atomicWrite(run.config, stringify(withoutSavedPasswords(withWholePaths(config))), {
      check: run.check,
    });
    return run;
  }

  /**
   * What `path` is now, where a run may be made in it. One that was stopped before it had weights is free.
   * @throws ForeframeError when `path` holds a run that is not to be replaced, or something else than a run
   */
  static checkFree(path: string, { overwrite = false }: { overwrite?: boolean } = {}) {
    const state = folderState(path);
    if (state.kind === 'foreign')
      throw new ForeframeError(
        `${path} holds other things than a run of foreframe, such as ${state.entry}: name a new folder with --run`,
      );
    if (state.kind === 'run' && state.trained && !overwrite)
      throw new ForeframeError(
        `${path} already holds a run: add --resume to go on with it, or name another folder with --run`,
      );
    return state;
  }

  /** A run that exists; it is only read. @throws ForeframeError when `path` holds none */
  static async open(path: string): Promise<RunFolder> {
    const run = new RunFolder(path);
    if (!existsSync(path))
      throw new ForeframeError(`there is no run folder ${path}: start one with \`foreframe train\``);
    if (!statSync(path).isDirectory())
      throw new ForeframeError(
        `${path} is a file, not a run folder: name a folder that \`foreframe train\` made`,
      );
    const { config, environment, metrics, last, best, evaluation } = run;
    const special = [config, environment, metrics, last, best, evaluation].find(isSpecial);
    if (special !== undefined)
      throw new ForeframeError(`cannot read ${special}: it is a pipe or a device, not a file`);
    if (!existsSync(run.config))
      throw new ForeframeError(
        folderState(path).kind === 'foreign'
          ? `${path} is not a run folder: it has no config.yaml`
          : run.lastSaved() !== undefined
            ? `${run.config} is missing: put it back, or write the pipeline that this run was trained with to that name`
            : `${path} is a run that was stopped before it began: start it again without --resume`,
      );
    await checkWhole(config);
    return run;
  }

  /**
   * Prepares to continue this run, whose lock this process holds.
   * @throws ForeframeError when the folder cannot be written
   */
  async reopen(lock: FileLock): Promise<void> {
    this.#lock = lock;
    await this.#makeFolders();
    if (!existsSync(join(this.path, MARKER))) {
      await writeMarker(this.path, kindOf(await readYaml(this.config)), this.check);
    }
    removeRunLeftovers(this.path);
  }

  /**
   * Call before writing into a run that is being trained.
   * @throws ForeframeError when another process has taken the run over: this one was suspended for long
   */
  readonly check = (): void => this.#lock?.check(this.path);

  /** What the run learned from: its method says so. */
  async readKind(): Promise<PipelineKind> {
    return kindOfPipeline(await readYaml(this.config), this.config);
  }

  /** Its configuration, with whole paths. @throws UsageError when it is damaged */
  async readAnyConfig(): Promise<Config> {
    return withFoundPaths(await loadAnyConfig(this.config), this.path);
  }

  /** @throws UsageError when the run learned from images: it has another configuration */
  async readConfig(): Promise<PipelineConfig> {
    const config = await this.readAnyConfig();
    if (isOfClips(config)) return config;
    throw new UsageError(
      `${this.path} learned from ${config.data.clips ? 'labelled clips' : 'images'} and expects no frames: this needs a run that predicts`,
    );
  }

  /** Takes the length of the training from `config`; the rest of the run's configuration stays. */
  async keepBudget(config: { readonly training: object }): Promise<void> {
    const saved = await readYaml(this.config);
    const before = stringify(saved);
    const training = { ...(saved.training as Record<string, unknown> | undefined) };
    const wanted: { readonly [key: string]: unknown } = { ...config.training };
    for (const key of BUDGET) {
      if (wanted[key] === undefined) delete training[key];
      else training[key] = wanted[key];
    }
    const now = stringify({ ...saved, training });
    if (now !== before) await atomicWrite(this.config, now, { check: this.check });
  }

  readEnvironment(): Promise<RunEnvironment> {
    return readEnvironment(this.environment);
  }

  /** The checkpoint to continue from; where the last one is lost, the best holds everything that is needed too. */
  lastSaved(): string | undefined {
    return [this.last, this.best].find((path) => existsSync(path));
  }

  /**
   * The checkpoint to continue from: the last one, or the best where a killed process had saved that since. Going on from before it
   * would leave best weights of steps that this run has not taken.
   * @throws ForeframeError when the last one is damaged
   */
  async latestCheckpoint(): Promise<Checkpoint | undefined> {
    const path = this.lastSaved();
    if (path === undefined) return undefined;
    const last = await loadCheckpoint(path);
    if (path === this.best || !existsSync(this.best)) return last;
    const best = await savedPosition(this.best).catch(() => undefined);
    if (!best || best.step <= last.position.step) return last;
    return loadCheckpoint(this.best).catch(() => last);
  }

  /**
   * The weights to use: the best on validation where there was one, else the last.
   * @throws ForeframeError when there is none, it is damaged, or the best were saved and are gone
   */
  async bestCheckpoint(): Promise<Checkpoint> {
    if (existsSync(this.best)) return loadCheckpoint(this.best);
    const last = await loadCheckpoint(this.last);
    const { best } = last.position;
    if (!best) return last;
    throw new ForeframeError(
      `${this.best} is missing, the best weights, of step ${best.step}: put it back, or copy last.safetensors to that name to use ` +
        `those of step ${last.position.step}`,
    );
  }

  /** Where training stood when the weights to use were saved, without reading them. @throws ForeframeError when they are damaged */
  async bestPosition(): Promise<Position | undefined> {
    return (await savedPosition(this.best)) ?? savedPosition(this.last);
  }

  async #makeFolders(): Promise<void> {
    for (const name of RUN_FOLDERS) await makeFolder(join(this.path, name));
  }
}

/** The kind of a run as its marker states it. */
function kindOf(config: object & { readonly method?: unknown }): 'video' | 'classifier' | 'encoder' {
  if (kindOfPipeline({ ...config }, 'config.yaml') === 'clips') return 'video';
  return sampleMethodOf(config.method as { name: string }).labels === 'none' ? 'encoder' : 'classifier';
}
