// An installation without an owner, and one whose tenant is still empty.

import { writeFileSync } from 'node:fs';
import { BASE, RUN } from './support/env';
import { lookAt } from './support/look';
import { Mooring } from './support/mooring';
import { EMPTY, UNSET } from './support/screens';
import { expect, test as base } from './support/test';

const OWNER = `${RUN}/northwind.json`;

let mooring: Mooring;
let address = BASE;

const test = base.extend({
  baseURL: async ({ browserName: _ }, use) => use(address),
});

async function start(): Promise<void> {
  mooring = await Mooring.start();
  address = mooring.base;
}

/** Makes the first owner and keeps the cookie that comes with it. */
async function setUp(): Promise<void> {
  const response = await fetch(`${mooring.base}/setup`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: mooring.base },
    body: new URLSearchParams({
      token: mooring.setUpToken(),
      tenant_name: 'Northwind',
      tenant_slug: 'northwind',
      name: 'Nora Wind',
      email: 'nora@northwind.example',
      password: 'canary anvil meadow thimble',
    }),
  });
  expect(response.status).toBe(303);
  const cookies = response.headers.getSetCookie().map((line) => {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
    return { name, value, domain: '127.0.0.1', path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' };
  });
  writeFileSync(OWNER, JSON.stringify({ cookies, origins: [] }));
}

test.describe('nobody there', () => {
  test.beforeAll(start);
  test.afterAll(async () => mooring.stop());

  for (const screen of UNSET) {
    test(screen.name, async ({ page, watch }) => lookAt(page, watch, mooring.base, screen));
  }
});

test.describe('nothing yet', () => {
  test.beforeAll(async () => {
    await start();
    await setUp();
  });
  test.afterAll(async () => mooring.stop());
  test.use({ storageState: OWNER });

  for (const screen of EMPTY) {
    test(screen.name, async ({ page, watch }) => lookAt(page, watch, mooring.base, screen));
  }
});
