/** `rtsp://user:secret@host`: up to the last @ before the path. */
const LOGIN = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"<>]*@/gi;
/** The same of a password with a slash or a space, where what follows the colon is no port. */
const ODD_LOGIN =
  /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:"<>]+:(?!\s|\d+(?:[^\w@]|$))(?:[^\s"<>]*|[^/"<>]*?)@/gi;
/** `?user=me&pwd=secret`, `&token=…`, `?passphrase=…` */
const SECRET = /([?&;][\w.-]*(?:pass|pwd|secret|token|key|auth|credential|signature)[\w.-]*=)[^\s&;#"'<>]+/gi;

/**
 * A text as others may see it: addresses lose user and password, and what a query calls a password, token or key. Every name, message
 * and file says addresses so; only ffmpeg is given the whole one.
 */
export function withoutPasswords(text: string): string {
  return text.includes('://')
    ? text.replace(LOGIN, '$1').replace(ODD_LOGIN, '$1').replace(SECRET, '$1***')
    : text;
}
