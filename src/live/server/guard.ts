import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { HonoRequest, MiddlewareHandler } from 'hono';

/** Where the page's own requests carry the token. No form, image or link of another page can set a header. */
export const TOKEN_HEADER = 'x-foreframe-token';

/** What pages may do: nothing but what the server itself gave out; no script and no style inside of HTML. */
export const PAGE_POLICY = [
  "default-src 'none'",
  // WebAssembly is compiled, and no other code.
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "img-src 'self' data:",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
] as const;
/** Only a header can forbid this. */
const POLICY = [...PAGE_POLICY, "frame-ancestors 'none'"].join('; ');

const HEADERS = {
  'content-security-policy': POLICY,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** A secret of one start: whoever knows it was given the address by this terminal. */
export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Refuses what does not come from this server's own page: another name for this machine (a name that was made to point here), another
 * origin, another site. Every answer carries the page's policy.
 */
export function ownPagesOnly(): MiddlewareHandler {
  return async (context, next) => {
    const { req } = context;
    const host = req.header('host') ?? '';
    const origin = req.header('origin');
    const refused =
      !/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) ||
      (origin !== undefined && origin !== `http://${host}`) ||
      (req.path !== '/' && /^(cross-site|same-site)$/.test(req.header('sec-fetch-site') ?? ''));
    if (refused) context.res = context.text('this server answers its own page only\n', 403);
    else await next();
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  };
}

/** Refuses requests without the token. @param given where a request has it */
export function withToken(token: string, given: (req: HonoRequest) => string | undefined): MiddlewareHandler {
  return async ({ req, text }, next) => {
    if (!sameText(given(req) ?? '', token))
      return text('open the address that foreframe live printed: this one lacks its token\n', 401);
    await next();
  };
}

/** Compared in a time that does not depend on where the two differ. */
function sameText(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
