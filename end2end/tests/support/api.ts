// The machine API, as a backend uses it.

import { API_TOKEN, BASE } from './env';
import { canary, keepBody } from './record';

export interface App {
  id: string;
  slug: string;
  install_url: string;
  redirect_uri: string;
}

export interface Connection {
  health: string;
}

/** Makes one call; its answer is recorded like a browser's. */
export async function api<T>(method: string, path: string, body?: unknown): Promise<T> {
  const url = `${BASE}/api/v1/${path}`;
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${API_TOKEN}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  if (!path.includes('/token')) {
    keepBody({ kind: 'api', method, url, status: response.status, text });
  }
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Reads the access token; only the backend may ever see it. */
export async function noteAccessToken(app: string, account: string): Promise<void> {
  const { access_token: value } = await api<{ access_token: string }>('GET', `connections/${app}/${account}/token`);
  canary({ kind: 'access token', value });
}

/** Makes a reconnect link and returns its address. */
export async function reconnectLink(app: string, account: string): Promise<string> {
  const { url } = await api<{ url: string }>('POST', 'reconnect-links', { app, subdomain: account });
  noteLink(url);
  return url;
}

/** The token of an invitation may be shown where it is made, and on its own page. */
export function noteInvitation(url: string): void {
  canary({ kind: 'invitation token', value: new URL(url).pathname.split('/').pop() ?? '', shown: 1, inOwnAddress: true });
}

/** The token of a link may be shown where the link is made, and on the page of the link. */
export function noteLink(url: string): void {
  canary({ kind: 'link token', value: new URL(url).pathname.split('/').pop() ?? '', shown: 1, inOwnAddress: true });
}
