// A client secret is shown to somebody who just signed in, and the browser leaves
// the page by itself.

import { api, type App } from './support/api';
import { TENANT } from './support/env';
import { canary } from './support/record';
import { NOBODY, signIn } from './support/sign_in';
import { expect, test } from './support/test';

test.use({ storageState: NOBODY });

test('a client secret is shown for half a minute', async ({ page, watch, javaScriptEnabled }) => {
  const script = javaScriptEnabled !== false;
  const slug = script ? 'shown' : 'shown-without-script';
  const secret = `canary-${slug}-secret-27ce`;
  canary({ kind: 'client secret shown on purpose', value: secret, shown: 1 });
  await api<App>('POST', 'apps', {
    name: slug,
    slug,
    client_id: `${slug}-client`,
    client_secret: secret,
    scopes: ['offline'],
  });
  const home = `/t/${TENANT}/apps/${slug}`;
  await signIn(page);
  await page.goto(`${home}/credentials`);
  await page.getByRole('link', { name: 'Show…' }).click();
  await expect(page).toHaveURL(`${home}/reveal`);
  const show = page.getByRole('button', { name: 'Show client secret' });
  const shown = page.getByLabel('Client secret', { exact: true });

  await expect(shown).toHaveCount(0);
  await show.click();
  await expect(shown).toHaveValue(secret);
  expect([...new Set(watch.scripts)], 'no script sees it').toEqual([]);
  if (script) {
    await page.getByRole('link', { name: 'Hide it now' }).click();
  }
  // The browser leaves the page by itself.
  await expect(page).toHaveURL(`${home}/credentials`, { timeout: 45_000 });
  await expect(page.getByText(secret)).toHaveCount(0);
  await page.goto(`/t/${TENANT}/audit?action=app.secret_shown`);
  const entries = page.getByRole('region', { name: 'Entries' }).getByRole('listitem').filter({ hasText: slug });
  await expect(entries.first()).toContainText('looked at the client secret of');
});
