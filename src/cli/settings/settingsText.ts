import { wrap } from '../terminal/wrap.js';
import type { SettingKey } from './schemaKeys.js';
import type { PipelineSection } from './settingSections.js';
import { valueText } from './valuesText.js';

/** For a terminal: a line for each key, what it means below. */
export function settingsText(sections: readonly PipelineSection[]): string {
  return sections
    .map((section) => {
      const heading = `${sectionTitle(section)} (pipelines for ${section.kinds.join(', for ')})`;
      const meaning = aboutSection(section).flatMap((text) => wrap(text, '  '));
      const keys = section.keys.flatMap((key) => [
        `  ${key.key}: ${key.values}${bracketed(key)}`,
        ...(key.meaning ? wrap(key.meaning, '      ') : []),
      ]);
      return [heading, ...meaning, ...(keys.length > 0 ? keys : ['  no keys of its own'])].join('\n');
    })
    .join('\n\n');
}

/** For a page: a table for each section. */
export function settingsMarkdown(sections: readonly PipelineSection[], level = '##'): string {
  return sections
    .map((section) => {
      const parts = [
        `${level} ${sectionTitle(section)}`,
        `In pipelines for ${section.kinds.join(', and for ')}.`,
      ];
      parts.push(...aboutSection(section).map(escaped));
      const rows = section.keys.map((key) => `| ${cells(key).map(escaped).join(' | ')} |`);
      if (rows.length === 0) parts.push('No keys of its own.');
      else parts.push(['| key | default | values | meaning |', '|---|---|---|---|', ...rows].join('\n'));
      return parts.join('\n\n');
    })
    .join('\n\n');
}

/** `training.optimizer.kind: adam`, or where the keys are. */
export function sectionTitle({ at, choices }: Pick<PipelineSection, 'at' | 'choices'>): string {
  if (choices.length > 0) return choices.map(({ key, value }) => `${key}: ${value}`).join(', ');
  return at === '' ? 'pipeline' : at;
}

function aboutSection({ meaning, default: standard }: PipelineSection): string[] {
  const parts = meaning ? [meaning] : [];
  if (standard !== undefined) parts.push(`Where it is left out it is ${code(valueText(standard))}.`);
  return parts;
}

function cells(key: SettingKey): string[] {
  const standard = key.default === undefined ? (key.required ? 'needed' : '') : code(valueText(key.default));
  return [code(key.key), standard, key.values, key.meaning ?? ''];
}

function bracketed(key: SettingKey): string {
  if (key.default !== undefined) return ` (default ${valueText(key.default)})`;
  return key.required ? ' (needed)' : '';
}

function code(text: string): string {
  return `\`${text}\``;
}

/** A bar would end the cell of a table. */
function escaped(text: string): string {
  return text.replaceAll('|', '\\|');
}
