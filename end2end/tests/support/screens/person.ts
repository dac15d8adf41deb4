// What people see of themselves.

import { expect, type Page } from '@playwright/test';
import { canary } from '../record';
import { signInAnew } from '../sign_in';
import { at, press, type Screen } from './screen';

/** Begins the set-up of an app, whose key is shown on its page alone. */
async function begin(page: Page): Promise<void> {
  await page.goto('/me/authenticator');
  const begun = await page.locator('code.mono').count();
  await press(page, begun ? 'Begin again with another key' : 'Begin');
  await expect(page.getByRole('img', { name: 'QR code with the key for your app' })).toBeVisible();
  const key = (await page.locator('code.mono').textContent()) ?? '';
  for (const value of [key, key.replaceAll(' ', '')]) {
    canary({ kind: 'key of an authenticator app', value, onPage: '/me/authenticator' });
  }
}

/** Pages of a person. */
export const PERSON: Screen[] = [
  { name: 'tenants', open: at('/t'), heading: 'Your tenants' },
  { name: 'your account', open: at('/me'), heading: 'Your account', islands: true },
  {
    name: 'your account, weak password',
    islands: true,
    heading: 'Your account',
    status: 422,
    async open(page) {
      await page.goto('/me');
      // Weak, so that the password isn't looked at: a wrong one counts as a guess.
      await page.getByLabel('Password now').fill('not the password');
      await page.getByLabel('New password').fill('passwordpassword');
      await press(page, 'Change password');
      await expect(page.locator('#new_password-error')).toBeVisible();
    },
  },
  { name: 'authenticator app', open: at('/me/authenticator'), heading: 'Set up an authenticator app' },
  {
    name: 'authenticator app, begun',
    heading: 'Set up an authenticator app',
    async open(page) {
      await signInAnew(page);
      await begin(page);
    },
  },
  {
    name: 'authenticator app, wrong code',
    heading: 'Set up an authenticator app',
    status: 422,
    async open(page) {
      await signInAnew(page);
      await begin(page);
      await page.getByLabel('Code', { exact: true }).fill('12345');
      await press(page, 'Switch it on');
      await expect(page.locator('#code-error')).toBeVisible();
    },
  },
];
