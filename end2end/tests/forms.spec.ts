// A form makes its thing once, however often it is sent. security.md 81

import { TENANT } from './support/env';
import { NOBODY, signIn } from './support/sign_in';
import { expect, test } from './support/test';

test.use({ storageState: NOBODY });

test('a double click makes one token, and reloading and going back make none', async ({ page, javaScriptEnabled }) => {
  const name = javaScriptEnabled === false ? 'pressed twice' : 'clicked twice';
  const rows = page.getByRole('row').filter({ hasText: name });
  const token = page.getByLabel('Token', { exact: true });
  await signIn(page);
  await page.goto(`/t/${TENANT}/api-tokens`);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create token' }).dblclick();
  await expect(token).toHaveValue(/^mrg_/);
  const made = await token.inputValue();
  await expect(rows).toHaveCount(1);

  await page.reload();
  await expect(token, 'for two minutes').toHaveValue(made);
  await expect(rows).toHaveCount(1);
  await page.goto(`/t/${TENANT}/api-tokens`);
  await expect(token, 'at its own address alone').toHaveCount(0);
  await page.goBack();
  await expect(token).toHaveValue(made);
  await expect(rows).toHaveCount(1);
});
