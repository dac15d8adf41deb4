// The set-up of a new Mooring, as its first owner does it.

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
