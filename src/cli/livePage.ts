import { type WritePageOptions, writePage } from '../live/server/writePage.js';

/** Write the page as files, and say what to do with them. */
export async function writePageCommand({
  json = false,
  ...options
}: WritePageOptions & { readonly json?: boolean }): Promise<void> {
  const written = await writePage(options);
  if (json) {
    console.log(JSON.stringify(written));
    return;
  }
  console.log(`wrote ${written.folder}`);
  console.error(
    `${written.name}: any web server gives the page out, with no foreframe behind it; cameras need https:// or localhost`,
  );
}
