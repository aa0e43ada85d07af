import { datasets, findDataset } from '../../../datasets/index.js';
import { UsageError } from '../../common/errors.js';
import { nearest } from '../../common/text/nearest.js';
import { shorten } from '../../common/text/shorten.js';
import { pipelineSchemas } from './pipelineSchemas.js';
import { type Choice, keysOf, type SettingKey, type SettingSection } from './schemaKeys.js';

/** Keys that belong together, and the kinds of pipeline that have them. */
export interface PipelineSection extends SettingSection {
  readonly kinds: readonly string[];
}

/** Every key of every pipeline. What two schemas have in common is listed once. */
export function allSections(): PipelineSection[] {
  const sections = new Map<string, PipelineSection>();
  for (const { kind, schema } of pipelineSchemas)
    for (const section of keysOf(schema)) {
      const same = JSON.stringify(section);
      const kinds = [...(sections.get(same)?.kinds ?? []), kind];
      sections.set(same, { ...section, kinds });
    }
  return [...sections.values()];
}

/**
 * The keys that a topic of one word or more is about: `rotation`, `method rotation`, `dataset mnist`, `training optimizer`.
 * @throws UsageError that names the nearest topic
 */
export function sectionsAbout([first = '', ...others]: readonly string[]): PipelineSection[] {
  if (others.length === 0 || first === 'dataset') return sectionsOn(others.join('.') || first);
  const sections = allSections();
  const isOfKind = ({ key }: Choice) => key.split('.').at(-2) === first;
  const values = new Set(
    sections.flatMap(({ choices }) => choices.filter(isOfKind).map(({ value }) => value)),
  );
  if (values.size === 0) return sectionsOn([first, ...others].join('.'));
  const named = others.join(' ');
  if (values.has(named))
    return sections.filter(({ choices }) => choices.some((each) => isOfKind(each) && each.value === named));
  const guess = nearest(named, [...values]);
  const advice = guess ? `did you mean ${guess}?` : `there are ${[...values].join(', ')}`;
  throw new UsageError(`there is no ${first} ${shorten(named, 80)}: ${advice}`);
}

/**
 * The keys that one model, method, dataset or key is about.
 * @throws UsageError that names the nearest topic
 */
export function sectionsOn(topic: string): PipelineSection[] {
  const sections = allSections();
  const chosen = sections.filter(({ choices }) => choices.some(({ value }) => value === topic));
  if (chosen.length > 0) return chosen;
  const below = sections.flatMap((section) => within(section, topic));
  if (below.length > 0) return below;
  if (datasets.some(({ card }) => card.name === topic)) return dataSections(sections, topic);
  const topics = [...new Set([...topicsOf(sections), ...datasets.map(({ card }) => card.name)])];
  const guess = nearest(topic, topics);
  const advice = guess
    ? `did you mean ${guess}?`
    : `name one of ${topics.join(', ')}, or a key such as training.batch`;
  throw new UsageError(`there are no settings of ${shorten(topic, 80)}: ${advice}`);
}

/** What of a section lies at a key or below it. */
function within(section: PipelineSection, key: string): PipelineSection[] {
  const isBelow = (each: string) => each === key || each.startsWith(`${key}.`) || each.startsWith(`${key}[]`);
  if (isBelow(section.at)) return [section];
  const keys = section.keys.filter((each) => isBelow(each.key));
  return keys.length > 0 ? [{ ...section, keys }] : [];
}

/** The keys under `data` of pipelines that can have this dataset. */
function dataSections(sections: readonly PipelineSection[], dataset: string): PipelineSection[] {
  const { card } = findDataset(dataset);
  const accepts = ({ key, values }: SettingKey) =>
    key === 'data.dataset' && (values === 'text' || values.split(' | ').includes(dataset));
  return sections
    .filter(({ at, keys }) => at === 'data' && keys.some(accepts))
    .map((section) => ({
      ...section,
      meaning: `${card.title}: ${card.width}×${card.height}×${card.channels}.`,
    }));
}

function topicsOf(sections: readonly PipelineSection[]): string[] {
  return sections
    .flatMap(({ at, choices }) => [at, ...choices.map(({ value }) => value)])
    .filter((each) => each !== '');
}
