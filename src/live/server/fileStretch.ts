import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';

/** A file, or the stretch of it that a `Range` header asks for: browsers seek in videos this way. 404 where it is gone. */
export function fileStretch(path: string, range: string | undefined): Response {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return new Response(`there is no file ${path} any more\n`, { status: 404 });
  const { size } = stats;
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(range ?? '') ?? [];
  const asked = from !== '' || to !== '';
  // Without a beginning, the last so many bytes.
  const start = from === '' && asked ? Math.max(0, size - Number(to)) : Number(from);
  const end = from !== '' && to !== '' ? Math.min(Number(to), size - 1) : size - 1;
  if (asked && start > end)
    return new Response(null, { status: 416, headers: { 'content-range': `bytes */${size}` } });
  const headers = {
    'accept-ranges': 'bytes',
    'content-length': String(end - start + 1),
    ...(asked && { 'content-range': `bytes ${start}-${end}/${size}` }),
  };
  // No stretch of an empty file has an end.
  const body = size === 0 ? null : streamed(path, start, end);
  return new Response(body, { status: asked ? 206 : 200, headers });
}

function streamed(path: string, start: number, end: number): ReadableStream {
  return Readable.toWeb(createReadStream(path, { start, end })) as ReadableStream;
}
