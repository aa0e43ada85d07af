// Names that the page and whoever gives it out agree on.

/** Where the server's network is, relative to the page. */
export const NETWORK_PATH = 'api/network';
/** The web socket's protocol; the token stands beside it. */
export const SOCKET_PROTOCOL = 'foreframe-live';

/** Files beside a page that any web server gives out. */
export const STATIC_SESSION = 'session.json';
export const STATIC_WEIGHTS = 'weights.safetensors';
