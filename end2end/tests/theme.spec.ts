// The theme is chosen once and stays.

import { SIGNED_IN, TENANT } from './support/env';
import { expect, test } from './support/test';

test.use({ storageState: SIGNED_IN, colorScheme: 'light' });

test('the theme is chosen in the menu and stays', async ({ page }) => {
  const root = page.locator('html');
  const ground = page.locator('body');
  await page.goto(`/t/${TENANT}/apps`);
  await expect(root, 'as the system says').not.toHaveAttribute('data-theme');
  const light = await ground.evaluate((body) => getComputedStyle(body).backgroundColor);

  const menu = page.locator('summary').filter({ hasText: 'your account' });
  await menu.click();
  await page.getByRole('button', { name: 'Dark' }).click();
  await expect(page, 'back where it was chosen').toHaveURL(`/t/${TENANT}/apps`);
  await expect(root).toHaveAttribute('data-theme', 'dark');
  await expect(ground).not.toHaveCSS('background-color', light);

  await page.goto('/t');
  await expect(root).toHaveAttribute('data-theme', 'dark');

  await page.goto(`/t/${TENANT}/apps`);
  await menu.click();
  await expect(page.getByRole('button', { name: 'Dark' })).toHaveAttribute('aria-pressed', 'true');
  await page.getByRole('button', { name: 'System' }).click();
  await expect(root).not.toHaveAttribute('data-theme');
  await expect(ground).toHaveCSS('background-color', light);
});
