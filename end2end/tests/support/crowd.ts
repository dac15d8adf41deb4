// Tenants with one account, of one app or of two, and with very many. Their screens are in screens.ts.

import { writeFileSync } from 'node:fs';
import { expect } from '@playwright/test';
import { addApp, api, type Asked, check, type Connection, reconnectLink } from './api';
import { connectAll } from './customer';
import type { Mooring } from './mooring';
import { behave, deactivate } from './simulator';
import { CROWD, EXPIRED, ONLY, TWICE } from './world';

/** Connects one account. */
export async function connectOne(of: Asked): Promise<void> {
  const { install_url: install } = await addApp(ONLY.app, of);
  await connectAll(install, [ONLY.account]);
}

/** Connects one account, which nobody checks in time. */
export async function connectUnchecked(of: Asked): Promise<void> {
  await connectOne(of);
  const health = async () => (await api<Connection>('GET', `connections/${ONLY.app.slug}/${ONLY.account}`, undefined, of)).health;
  await expect.poll(health, { message: 'nobody checks it', timeout: 60_000 }).toBe('unchecked');
}

/** Connects one account and breaks it. */
export async function connectOnly(of: Asked): Promise<void> {
  await connectOne(of);
  await deactivate(ONLY.account);
  await check(ONLY.app.slug, ONLY.account, 'disconnected', of);
}

/** Connects one account, with a link that expired. */
export async function connectExpired(of: Asked, mooring: Mooring): Promise<void> {
  await connectOne(of);
  writeFileSync(EXPIRED, await reconnectLink(ONLY.app.slug, ONLY.account, of));
  mooring.expireLinks();
}

/** Connects one account to two apps of three. */
export async function connectTwice(of: Asked): Promise<void> {
  await behave(TWICE.account, { granted_scope: TWICE.granted });
  for (const app of TWICE.apps) {
    const { install_url: install } = await addApp(app, of);
    await connectAll(install, [TWICE.account]);
  }
  await addApp(TWICE.other, of);
  await check(TWICE.apps[0].slug, TWICE.account, 'working', of);
  await check(TWICE.apps[1].slug, TWICE.account, 'limited', of);
}

/** Fills a tenant with accounts; some are connected, and some of these broken. */
export async function fill(of: Asked): Promise<void> {
  const { install_url: install } = await addApp(CROWD.app, of);
  await connectAll(install, CROWD.connected);
  for (const account of CROWD.connected.slice(0, CROWD.broken)) {
    await deactivate(account);
    await check(CROWD.app.slug, account, 'disconnected', of);
    // Three refused accounts in a row would be a fault of the app.
    await check(CROWD.app.slug, CROWD.connected.at(-1) ?? '', 'working', of);
  }
  const names = Array.from({ length: CROWD.total }, (_, n) => CROWD.connected[n] ?? `crowd-and-daughters-${n}`);
  const lines = names.map((name, n) => `${name},"${CROWD.title(n)}","key account, no. ${n % 40}",ann.with.a.long.address.${n}@crowd-and-daughters.example`);
  const csv = ['subdomain,name,tags,contact_email', ...lines].join('\n');
  await api('POST', 'accounts/import', csv, of);
}
