import { z } from 'zod';
import { type NameOfSet, type SampleSet, type SampleSetName, sampleSets } from '../../datasets/sampleSets.js';
import {
  type ClipMethod,
  type ClipMethodSettings,
  type Conflict,
  clipMethodOf,
  clipMethods,
  type SampleMethod,
  type SampleMethodSettings,
  sampleMethodOf,
} from '../methods/index.js';
import type { SampleTraining } from '../methods/method.js';
import {
  type AnyModelConfig,
  drawsChanges,
  type ModelConfig,
  type ModelName,
  models,
} from '../models/index.js';
import { type Origins, originOf, rivalOrigins } from './ownKeys.js';

type Samples = SampleSet['samples'];

/** What has to fit together of a pipeline for clips. */
interface ClipParts {
  readonly model: ModelConfig;
  readonly method: ClipMethodSettings;
  readonly data: Origins & { readonly steps: number };
}

/** What has to fit together of a pipeline for images or short clips. */
interface SampleParts {
  readonly model: AnyModelConfig;
  readonly method: SampleMethodSettings;
  readonly data: Origins & { readonly dataset?: SampleSetName; readonly clips?: { readonly frames: number } };
  readonly training: SampleTraining;
}

/** Report what does not fit together, where a schema checks a pipeline. */
export function reportTo(context: z.core.$RefinementCtx, conflicts: readonly Conflict[]): void {
  for (const { path, message } of conflicts) context.addIssue({ code: 'custom', path: [...path], message });
}

/** What does not fit together in a pipeline for clips: models and methods declare what they offer and need. */
export function clipConflicts({ model, method, data }: ClipParts): Conflict[] {
  return listOf(
    rivals(data) ?? clipMethodOf(method).conflict?.(method, { data, drawsChanges: drawsChanges(model) }),
  );
}

/**
 * The same of a pipeline for images or short clips, where datasets declare what they hold, too. A method is asked once its network
 * and data fit: one cause at a time.
 */
export function sampleConflicts({ model, method: settings, data, training }: SampleParts): Conflict[] {
  const method = sampleMethodOf(settings);
  // Of one's own data the classes are known once they are read.
  const set: SampleSet | undefined = data.dataset && sampleSets[data.dataset];
  const samples = set?.samples ?? (data.clips ? 'clips' : 'images');
  const first = [
    rivals(data) ?? (originOf(data) === undefined ? NO_DATA : undefined),
    lackingOffers(method, model.name) ?? otherSamples(method, model.name, samples),
    set && wrongCount(samples, data.clips !== undefined),
    set && otherClasses(model, data.dataset ?? '', set.classes.length),
  ].flatMap(listOf);
  if (first.length > 0) return first;
  const { offers } = models[model.name];
  return listOf(method.conflict?.(settings, { model, offers, data, training }));
}

const NO_DATA: Conflict = {
  path: ['data', 'dataset'],
  message: 'name a dataset, or images of your own with data.folder or data.manifest',
};

/** Data that are named twice. */
function rivals(data: Origins): Conflict | undefined {
  const [first, second] = rivalOrigins(data);
  if (first === undefined || second === undefined) return undefined;
  return {
    path: second.split('.'),
    message: `the data are named by ${first} already: leave one of the two out`,
  };
}

/** What a method needs and the network does not offer; nothing where they go together. */
function lackingOffers(method: ClipMethod | SampleMethod, model: ModelName): Conflict | undefined {
  if (partFor(method, model) !== undefined) return undefined;
  const fitting = modelsThat((each) => partFor(method, each) !== undefined);
  return {
    path: ['model', 'name'],
    message: `method.name ${method.name} needs a network that offers ${method.needs.join(' or ')}, which ${model} does not: use ${fitting}`,
  };
}

/** Which part of a network a method trains: the first of those that it needs. */
function partFor({ needs }: ClipMethod | SampleMethod, model: ModelName) {
  const offers: readonly string[] = models[model].offers;
  return needs.find((need) => offers.includes(need));
}

/** Whether a method can show a network such samples: an encoder reads both, frame by frame; answers are of one of them. */
function takes(method: SampleMethod, model: ModelName, samples: Samples): boolean {
  const part = partFor(method, model);
  if (part === undefined || part === 'encoder') return part !== undefined;
  const offers: readonly string[] = models[model].offers;
  return samples === (offers.includes('memory') ? 'clips' : 'images');
}

function otherSamples(method: SampleMethod, model: ModelName, samples: Samples): Conflict | undefined {
  if (takes(method, model, samples)) return undefined;
  const fitting = modelsThat((each) => takes(method, each, samples));
  const clips = setsOf('clips').join(', ');
  return {
    path: ['model', 'name'],
    message:
      samples === 'images'
        ? `this model watches clips: use a dataset of clips (${clips}), or a model for images: ${fitting}`
        : `this model reads images: a dataset of clips (${clips}) needs a model for clips: ${fitting}`,
  };
}

function wrongCount(samples: Samples, counted: boolean): Conflict | undefined {
  if ((samples === 'clips') === counted) return undefined;
  return {
    path: ['data', 'clips'],
    message: `clips are counted where the dataset is of clips (${setsOf('clips').join(', ')}), and only there: clips: {} takes the defaults`,
  };
}

function otherClasses(model: AnyModelConfig, dataset: string, classes: number): Conflict | undefined {
  if (!('classes' in model) || model.classes === classes) return undefined;
  return {
    path: ['model', 'classes'],
    message: `${dataset} has ${classes} classes: set model.classes=${classes}`,
  };
}

function setsOf<S extends Samples>(samples: S): NameOfSet<S>[] {
  const names = Object.keys(sampleSets) as SampleSetName[];
  return names.filter((name): name is NameOfSet<S> => sampleSets[name].samples === samples);
}

function modelsThat(fit: (model: ModelName) => boolean): string {
  return (Object.keys(models) as ModelName[]).filter(fit).join(', ');
}

function listOf(conflict: Conflict | undefined): Conflict[] {
  return conflict ? [conflict] : [];
}

const named = z.object({
  model: z.object({ name: z.enum(Object.keys(models) as ModelName[]) }),
  method: z.object({ name: z.string() }).prefault({ name: 'next-frame' }),
});

/**
 * What a method for clips needs and the network does not offer, before the pipeline is checked: its schema knows no network that does
 * not expect the next frame.
 */
export function lackingOfClips(raw: unknown): Conflict | undefined {
  const { data } = named.safeParse(raw);
  const method = clipMethods.find(({ name }) => name === data?.method.name);
  return data && method && lackingOffers(method, data.model.name);
}
