// The machine API, as a backend uses it.

import { expect } from '@playwright/test';
import { API_TOKEN, BASE } from './env';
import { canary, keepBody } from './record';
import { register } from './simulator';

export interface App {
  id: string;
  slug: string;
  install_url: string;
  redirect_uri: string;
}

export interface Connection {
  health: string;
}

/** The Mooring that is asked, and the API token. */
export interface Asked {
  base: string;
  token: string;
}

/** Makes one call, with a body of JSON, or of CSV if it is a text; its answer is recorded like a browser's. */
export async function api<T>(method: string, path: string, body?: unknown, of: Asked = { base: BASE, token: API_TOKEN }): Promise<T> {
  const url = `${of.base}/api/v1/${path}`;
  const [type, sent] = typeof body === 'string' ? ['text/csv', body] : ['application/json', JSON.stringify(body)];
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${of.token}`, 'content-type': type },
    ...(sent === undefined ? {} : { body: sent }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  if (!path.includes('/token')) {
    keepBody({ kind: 'api', method, url, status: response.status, text });
  }
  return (text ? JSON.parse(text) : undefined) as T;
}

/** An app as the machine API makes it. */
export interface NewApp {
  name: string;
  slug: string;
  client_id: string;
  client_secret: string;
  scopes: readonly string[];
}

/** Adds an app, and registers it at the simulator. */
export async function addApp(app: NewApp, of?: Asked): Promise<App> {
  const added = await api<App>('POST', 'apps', app, of);
  await register(app.client_id, app.client_secret, added.redirect_uri);
  return added;
}

/**
 * Checks the connection until it has this health; a check without a verdict counts as an
 * answer, too.
 */
export async function check(app: string, account: string, health: string, of?: Asked): Promise<void> {
  const connection = `connections/${app}/${account}`;
  const checked = async () => {
    await api('POST', `${connection}/refresh`, undefined, of).catch((error: Error) => {
      if (!error.message.includes('upstream_unavailable')) throw error;
    });
    return (await api<Connection>('GET', connection, undefined, of)).health;
  };
  await expect.poll(checked, { message: `${account} becomes ${health}` }).toBe(health);
}

/** Reads the access token; only the backend may ever see it. */
export async function noteAccessToken(app: string, account: string): Promise<void> {
  const { access_token: value } = await api<{ access_token: string }>('GET', `connections/${app}/${account}/token`);
  canary({ kind: 'access token', value });
}

/** Makes a reconnect link and returns its address. */
export async function reconnectLink(app: string, account: string, of?: Asked): Promise<string> {
  const { url } = await api<{ url: string }>('POST', 'reconnect-links', { app, subdomain: account }, of);
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
