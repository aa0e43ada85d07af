import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { atomicWrite, writeError } from '../common/atomicWrite.js';
import { ForeframeError } from '../common/errors.js';
import { type Checkpoint, loadCheckpoint } from './checkpoint.js';
import type { PipelineConfig } from './config.js';
import { type RunEnvironment, readEnvironment } from './environment.js';
import { loadConfig } from './loadConfig.js';
import { readYaml } from './readYaml.js';

/** Settings of `training` that say how long: two sessions of one run may differ in them. */
export const BUDGET = ['steps', 'epochs', 'seconds'] as const;

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

  /** A new run. @throws ForeframeError when `path` already holds one, or cannot be written. */
  static async create(
    path: string,
    config: object,
    environment: Record<string, unknown>,
    { overwrite = false }: { overwrite?: boolean } = {},
  ): Promise<RunFolder> {
    RunFolder.checkFree(path, { overwrite });
    const run = new RunFolder(path);
    // Made before anything is cleared: a folder that cannot be written is found out first.
    await run.#makeFolders();
    await run.#clear();
    await run.#makeFolders();
    await atomicWrite(run.environment, `${JSON.stringify(environment, null, 2)}\n`);
    await atomicWrite(run.config, stringify(config));
    return run;
  }

  /** @throws ForeframeError when `path` already holds a run that is not to be replaced */
  static checkFree(path: string, { overwrite = false }: { overwrite?: boolean } = {}): void {
    if (overwrite || !existsSync(new RunFolder(path).config)) return;
    throw new ForeframeError(
      `${path} already holds a run: add --resume to go on with it, or name another folder with --run`,
    );
  }

  /** A run that exists. @throws ForeframeError when `path` holds none */
  static async open(path: string): Promise<RunFolder> {
    const run = new RunFolder(path);
    if (!existsSync(path))
      throw new ForeframeError(`there is no run folder ${path}: start one with \`foreframe train\``);
    if (!existsSync(run.config))
      throw new ForeframeError(`${path} is not a run folder: it has no config.yaml`);
    await run.#makeFolders();
    return run;
  }

  readConfig(): Promise<PipelineConfig> {
    return loadConfig(this.config);
  }

  /** Take over how long to train from `config`; all else of the run's configuration stays as it was made. */
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
    if (now !== before) await atomicWrite(this.config, now);
  }

  readEnvironment(): Promise<RunEnvironment> {
    return readEnvironment(this.environment);
  }

  /** The checkpoint to go on from; where the last one was lost, the best holds all that is needed too. */
  lastSaved(): string | undefined {
    return [this.last, this.best].find((path) => existsSync(path));
  }

  /** The weights to use: the best on validation where there was one, else the last. */
  async bestCheckpoint(): Promise<Checkpoint> {
    return loadCheckpoint(existsSync(this.best) ? this.best : this.last);
  }

  async #makeFolders(): Promise<void> {
    try {
      for (const folder of ['checkpoints', 'events', 'samples'])
        await mkdir(join(this.path, folder), { recursive: true });
    } catch (error) {
      throw writeError(this.path, error);
    }
  }

  /** Only what a run writes: a person's own files beside them stay. */
  async #clear(): Promise<void> {
    const ours = [
      this.config,
      this.environment,
      this.metrics,
      this.evaluation,
      this.report,
      this.events,
      this.samples,
    ];
    for (const path of [...ours, join(this.path, 'checkpoints')])
      await rm(path, { recursive: true, force: true });
  }
}
