import { allSections, sectionsAbout } from './settingSections.js';
import { settingsMarkdown, settingsText } from './settingsText.js';

export interface SettingsOptions {
  readonly json?: boolean;
  readonly markdown?: boolean;
}

/** `foreframe settings [TOPIC…]` */
export function settingsCommand(topic: readonly string[], options: SettingsOptions): void {
  const sections = topic.length === 0 ? allSections() : sectionsAbout(topic);
  if (options.json) console.log(JSON.stringify(sections));
  else console.log(options.markdown ? settingsMarkdown(sections) : settingsText(sections));
}
