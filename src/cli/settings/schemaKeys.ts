import type { z } from 'zod';
import { jsonSchema, type SchemaNode } from './schemaNode.js';
import { valuesText } from './valuesText.js';

/** One key of a pipeline. */
export interface SettingKey {
  /** Its place, as `--set` takes it: `training.learningRate`. `[]` stands for a place in a list. */
  readonly key: string;
  /** What may stand there, in words. */
  readonly values: string;
  /** What stands there when it is left out; missing when nothing does. */
  readonly default?: unknown;
  readonly required: boolean;
  readonly meaning?: string;
}

/** A value that decides which other keys there are: `model.name` is `pgn`. */
export interface Choice {
  readonly key: string;
  readonly value: string;
}

/** Keys that belong together. */
export interface SettingSection {
  /** Where they are: `training`, or nothing for the outermost keys. */
  readonly at: string;
  /** What has to be chosen for these keys to be there, outermost first. */
  readonly choices: readonly Choice[];
  readonly meaning?: string;
  /** What stands there when the whole group is left out, where that is more than its keys' own defaults. */
  readonly default?: unknown;
  readonly keys: readonly SettingKey[];
}

/** All keys that a schema knows, by section. Meanings are those of `.describe()`. */
export function keysOf(schema: z.ZodType): SettingSection[] {
  return sectionsOf(jsonSchema(schema), '', []);
}

/** The section of an object's own keys, then those of what can be chosen in it, then those of its top-level groups. */
function sectionsOf(node: SchemaNode, at: string, choices: readonly Choice[]): SettingSection[] {
  const keys: SettingKey[] = [];
  const more: SettingSection[] = [];
  for (const [name, inner] of Object.entries(node.properties ?? {})) {
    const isChosen = choices.some(({ key }) => key === place(at, name));
    if (isChosen) continue;
    const group = at === '' && isGroup(inner);
    if (group && !discriminator(inner)) more.push(...sectionsOf(inner, name, choices));
    else collect(inner, place(at, name), isRequired(node, name), choices, group ? [] : keys, more, group);
  }
  const own = { at, choices, meaning: node.description, default: shownDefault(node), keys };
  return keys.length > 0 ? [own, ...more] : more;
}

/** Put one key and what it holds into `keys`; keys that a choice decides on become sections of their own in `more`. */
function collect(
  node: SchemaNode,
  key: string,
  required: boolean,
  choices: readonly Choice[],
  keys: SettingKey[],
  more: SettingSection[],
  apart = false,
): void {
  const chosenBy = discriminator(node);
  if (chosenBy) {
    const choice = choiceKey(node, place(key, chosenBy), chosenBy, required);
    if (apart) more.push({ at: key, choices, meaning: node.description, keys: [choice] });
    else keys.push(choice);
    for (const option of node.oneOf ?? []) {
      const value = constantOf(option, chosenBy);
      const chosen = [...choices, { key: choice.key, value }];
      const sections = sectionsOf(option, key, chosen);
      const hasOwn = sections[0]?.choices === chosen;
      more.push(
        ...(hasOwn
          ? sections
          : [{ at: key, choices: chosen, meaning: option.description, keys: [] }, ...sections]),
      );
    }
    return;
  }
  keys.push({
    key,
    values: valuesText(node),
    default: shownDefault(node),
    required,
    meaning: node.description,
  });
  const { group, at } = groupWithin(node, key);
  for (const [name, inner] of Object.entries(group?.properties ?? {}))
    collect(inner, place(at, name), isRequired(group!, name), choices, keys, more);
}

/** The keys that a value may hold: its own, those of the items of a list, or of one of several kinds of value. */
function groupWithin(node: SchemaNode, key: string): { group?: SchemaNode; at: string } {
  if (node.properties) return { group: node, at: key };
  if (node.items?.properties) return { group: node.items, at: `${key}[]` };
  for (const option of node.anyOf ?? []) {
    const found = groupWithin(option, key);
    if (found.group) return found;
  }
  return { at: key };
}

function choiceKey(node: SchemaNode, key: string, chosenBy: string, required: boolean): SettingKey {
  const values = (node.oneOf ?? []).map((option) => constantOf(option, chosenBy)).join(' | ');
  const standard = node.default as Record<string, unknown> | undefined;
  const isAlone = standard !== undefined && Object.keys(standard).length === 1;
  return {
    key,
    values,
    default: isAlone ? standard[chosenBy] : standard,
    required,
    meaning: node.description,
  };
}

function constantOf(option: SchemaNode, key: string): string {
  return String(option.properties?.[key]?.const);
}

/** The key whose constant value tells the options of a union apart. */
function discriminator(node: SchemaNode): string | undefined {
  const [first, ...others] = node.oneOf ?? [];
  return Object.keys(first?.properties ?? {}).find((key) =>
    [first!, ...others].every((option) => option.properties?.[key]?.const !== undefined),
  );
}

function isGroup(node: SchemaNode): boolean {
  return node.properties !== undefined || discriminator(node) !== undefined;
}

function isRequired(node: SchemaNode, name: string): boolean {
  return node.required?.includes(name) ?? false;
}

/** An empty group as default says nothing: the defaults are those of its keys. */
function shownDefault({ default: value }: SchemaNode): unknown {
  const isEmptyGroup = value !== null && typeof value === 'object' && !Array.isArray(value);
  return isEmptyGroup && Object.keys(value).length === 0 ? undefined : value;
}

function place(at: string, name: string): string {
  return at === '' ? name : `${at}.${name}`;
}
