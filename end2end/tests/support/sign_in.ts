// Signing in within a test, for what asks whether it is still the same person.

import { expect, type Page } from '@playwright/test';
import { EMAIL, PASSWORD, TENANT } from './env';

/** No session: signing in elsewhere would end the one that other tests share. */
export const NOBODY = { cookies: [], origins: [] };

/** Signs the owner in, who isn't asked again for ten minutes. */
export async function signIn(page: Page): Promise<void> {
  await page.goto(`/signin?next=/t/${TENANT}`);
  await page.getByLabel('E-mail').fill(EMAIL);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(`/t/${TENANT}`);
}

/** The same in a browser with the session that other tests share, which goes on. */
export async function signInAnew(page: Page): Promise<void> {
  const theme = (await page.context().cookies()).filter((cookie) => cookie.name === 'theme');
  // The page would ask for its stream without a session otherwise.
  await page.goto('about:blank');
  await page.context().clearCookies();
  await page.context().addCookies(theme);
  await signIn(page);
}
