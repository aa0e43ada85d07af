import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ForeframeError } from '../../common/errors.js';
import { packageFolder } from '../../common/files/packageFolder.js';
import { createProgram } from '../program.js';
import { allSections, type PipelineSection } from '../settings/settingSections.js';
import { settingsMarkdown } from '../settings/settingsText.js';
import { commandListing, datasetListing, methodListing, modelListing, pipelineListing } from './listings.js';

/** The folder of the pages. */
export const docsFolder = join(packageFolder, 'docs');

/** Pages that hold a list between two marks, and what writes it. */
const LISTINGS: Readonly<Record<string, () => string>> = {
  'commands.md': () => commandListing(createProgram()),
  'pipelines.md': pipelineListing,
  'methods.md': () => methodListing(),
  'models.md': modelListing,
  'datasets.md': datasetListing,
};
const BEGIN = '<!-- Written by `npm run docs`. -->';
const END = '<!-- End of what `npm run docs` writes. -->';

/** What every page that the code writes, or writes a part of, should hold, by its name below `docs/`. */
export function generatedDocs(): Map<string, string> {
  const pages = new Map<string, string>();
  for (const [name, listing] of Object.entries(LISTINGS)) pages.set(name, withListing(name, listing()));
  for (const [name, text] of settingsPages()) pages.set(join('settings', name), text);
  return pages;
}

/** A page with what stands between its marks replaced. */
function withListing(name: string, listing: string): string {
  const path = join(docsFolder, name);
  const page = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const [before, rest] = page.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined)
    throw new ForeframeError(
      `docs/${name} has no lines "${BEGIN}" and "${END}": put them where its list belongs`,
    );
  return `${before}${BEGIN}\n\n${listing}\n\n${END}${after}`;
}

/** A page for each outermost key that holds others, and one for the rest. */
function settingsPages(): Map<string, string> {
  const byPage = new Map<string, PipelineSection[]>();
  for (const section of allSections()) {
    const page = section.at.split('.')[0] || 'pipeline';
    byPage.set(page, [...(byPage.get(page) ?? []), section]);
  }
  const links = [...byPage.keys()].map((page) => `[${page}](${page}.md)`).join(' · ');
  const pages = [...byPage].map(([page, sections]): [string, string] => {
    const title = page === 'pipeline' ? 'Settings of a pipeline' : `Settings under \`${page}\``;
    return [`${page}.md`, [`# ${title}`, BEGIN, links, settingsMarkdown(sections)].join('\n\n').concat('\n')];
  });
  return new Map(pages);
}
