import type { Command } from 'commander';
import { datasets } from '../../../datasets/index.js';
import { methods } from '../../methods/index.js';
import { models } from '../../models/index.js';
import { pipelineCards } from '../pipelines.js';
import { allSections, type PipelineSection } from '../settings/settingSections.js';
import type { MethodCard, ModelCard } from './cards.js';

// Tables of docs/*.md that are written from registries and schemas.

/** Every command with its arguments and options, and what each may be, as `--help` prints them. */
export function commandListing(program: Command): string {
  return leaves(program)
    .map((command) => {
      const help = command.createHelp();
      const usage = `${pathOf(command)} ${command.usage().replace(/^\[options\] ?/, '')}`.trim();
      const rows = [
        ...command.registeredArguments.map((each) => [
          `\`${help.argumentTerm(each)}\``,
          help.argumentDescription(each),
        ]),
        ...command.options.map((each) => [`\`${each.flags}\``, help.optionDescription(each)]),
      ];
      const parts = [`### ${usage}`, sentence(command.description())];
      if (rows.length > 0) parts.push(markdownTable(['argument or option', 'meaning'], rows));
      return parts.filter((part) => part !== '').join('\n\n');
    })
    .join('\n\n');
}

export function pipelineListing(): string {
  const rows = pipelineCards().map((card) => [
    `\`${card.name}\``,
    card.learnsFrom,
    card.model,
    card.method,
    card.budget,
    card.expected,
  ]);
  return markdownTable(['pipeline', 'learns from', 'model', 'method', 'budget', 'expected'], rows);
}

export function datasetListing(): string {
  return datasets
    .map(({ card }) => {
      const lines = [
        `### ${card.name}`,
        card.description,
        '',
        `- Frames: ${card.width}×${card.height}×${card.channels}, ${card.framesPerClip} a clip, ${card.rate} a second`,
        `- Splits: ${card.splits}`,
        `- Source: ${card.source}`,
        `- Licence: ${card.licence}`,
        ...Object.entries(card.latentVariables).map(
          ([name, text]) => `- Latent variable \`${name}\`: ${text}`,
        ),
        ...Object.entries(card.labels ?? {}).map(([name, text]) => `- Label \`${name}\`: ${text}`),
      ];
      return lines.join('\n');
    })
    .join('\n\n');
}

/** Methods with what they need and the keys that they add to a pipeline. */
export function methodListing(all: readonly MethodCard[] = methods): string {
  const sections = allSections();
  const rows = all.map(({ name, about, samples, labels = 'none', needs, source }) => {
    const keys = keysOfChoice(sections, 'method.name', name);
    return [`\`${name}\``, about, samples, labels, needs.join(' or '), keys, source];
  });
  return markdownTable(
    ['method', 'what it does', 'learns from', 'labels', 'needs of the model', 'its keys', 'source'],
    rows,
  );
}

/** Models with what they offer to methods and the keys that they add to a pipeline. */
export function modelListing(all: Readonly<Record<string, ModelCard>> = models): string {
  const sections = allSections();
  const rows = Object.entries(all).map(([name, { summary, offers, source }]) => {
    const keys = keysOfChoice(sections, 'model.name', name);
    return [`\`${name}\``, summary, offers.join(', '), keys, source];
  });
  return markdownTable(['model', 'what it is', 'offers', 'its keys', 'source'], rows);
}

function keysOfChoice(sections: readonly PipelineSection[], key: string, value: string): string {
  const chosen = sections.filter(({ choices }) =>
    choices.some((each) => each.key === key && each.value === value),
  );
  const names = new Set(chosen.flatMap(({ keys }) => keys.map((each) => each.key.replace(/^\w+\./, ''))));
  return [...names].filter((name) => !/[.[]/.test(name)).join(', ');
}

function leaves(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
}

function pathOf(command: Command): string {
  return command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();
}

function sentence(text: string): string {
  return text === '' ? '' : `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function markdownTable(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(line)].join('\n');
}
