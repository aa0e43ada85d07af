/** `rtsp://user:secret@host`: up to the last @ before the path. */
const LOGIN = /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#"<>]*@/gi;
/** The same of a password with a slash or a space, where what follows the colon is no port. */
const ODD_LOGIN =
  /\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/?#@:"<>]+:(?!\s|\d+(?:[^\w@]|$))(?:[^\s"<>]*|[^/"<>]*?)@/gi;
/** `?user=me&pwd=secret`, `&token=…`, `?passphrase=…`; in a stream id of SRT `#!::u=me,pass=…`, also where it is percent-encoded. */
const SECRET =
  /((?:[?&;,]|%2C|%3F|!::|%21%3A%3A)[\w.-]*(?:pass|pwd|secret|token|key|auth|credential|signature)[\w.-]*(?:=|%3D))[^\s&;#"'<>]+/gi;
/** `streamid=publish:path:user:password` */
const STREAM_LOGIN =
  /(\bstreamid=(?:publish|read|request)(?::|%3A)(?:(?!%3A)[^\s:&"'<>])*(?::|%3A))[^\s&"'<>]+/gi;

/**
 * A text as others may see it: addresses lose user and password, and what a query calls a password, token or key. Every name, message
 * and file says addresses so; only ffmpeg is given the whole one.
 */
export function withoutPasswords(text: string): string {
  return text.includes('://')
    ? text
        .replace(LOGIN, '$1')
        .replace(ODD_LOGIN, '$1')
        .replace(SECRET, '$1***')
        .replace(STREAM_LOGIN, '$1***')
    : text;
}
