// The end of a session, in the tabs that are open meanwhile.

import { Mooring } from './support/mooring';
import { setUp } from './support/set_up';
import { expect, live, test } from './support/test';

let mooring: Mooring;

test.beforeAll(async () => {
  mooring = await Mooring.start();
});
test.afterAll(async () => mooring.stop());

test('signing out in one tab leaves nothing on the screen of another', async ({ page, context }) => {
  await setUp(page, mooring);
  const other = await context.newPage();
  await other.goto(`${mooring.base}/t/harbour/accounts`);
  await live(other);
  await page.goto(`${mooring.base}/me`);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  await expect(other.getByRole('heading', { level: 1 })).toHaveText('Sign in');
});
