// The set-up of a new Mooring, as its first owner does it.

import { writeFileSync } from 'node:fs';
import { expect, type Page } from '@playwright/test';
import type { Mooring } from './mooring';
import { canary } from './record';

export const PASSWORD = 'canary harbour lantern walnut';

export async function setUp(page: Page, mooring: Mooring): Promise<void> {
  await page.goto(`${mooring.base}/setup`);
  await page.getByLabel('Set-up token').fill(mooring.setUpToken());
  await page.getByLabel('Your company').fill('Harbour Labs');
  await page.getByLabel('Short name for addresses').fill('harbour');
  await page.getByLabel('Your name').fill('Mira Boat');
  await page.getByLabel('Your e-mail address').fill('mira@harbour.example');
  await page.getByLabel('Password').fill(PASSWORD);
  canary({ kind: 'password', value: PASSWORD });
  await page.getByRole('button', { name: 'Create owner' }).click();
  await expect(page).toHaveURL(`${mooring.base}/t/harbour`);
}

/** The tenant that is set up without a browser. */
export const NORTHWIND = 'northwind';
export const NORA = { email: 'nora@northwind.example', password: 'canary anvil meadow thimble' };

/** The same without a browser; keeps the cookie of the new owner in a file. */
export async function setUpByRequest(mooring: Mooring, file: string): Promise<void> {
  canary({ kind: 'password', value: NORA.password });
  const response = await fetch(`${mooring.base}/setup`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin: mooring.base },
    body: new URLSearchParams({
      token: mooring.setUpToken(),
      tenant_name: 'Northwind',
      tenant_slug: NORTHWIND,
      name: 'Nora Wind',
      ...NORA,
    }),
  });
  expect(response.status).toBe(303);
  const cookies = response.headers.getSetCookie().map((line) => {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
    return { name, value, domain: new URL(mooring.base).hostname, path: '/', expires: -1, httpOnly: true, secure: false, sameSite: 'Lax' };
  });
  writeFileSync(file, JSON.stringify({ cookies, origins: [] }));
}
