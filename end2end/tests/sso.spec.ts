// Single sign-on at a provider that isn't ours: npm's `oidc-provider`.

import { Mooring } from './support/mooring';
import { Provider } from './support/provider';
import { setUp } from './support/set_up';
import { expect, type Page, test } from './support/test';

let mooring: Mooring;
let provider: Provider;

test.beforeAll(async () => {
  mooring = await Mooring.start({ MOORING_OUTBOUND_NETWORKS: '127.0.0.0/8' });
  provider = await Provider.start(`${mooring.base}/sso/harbour/callback`);
});
test.afterAll(async () => {
  await provider?.stop();
  await mooring?.stop();
});

const main = (page: Page) => page.getByRole('navigation', { name: 'Main' });
const settings = () => `${mooring.base}/t/harbour/settings`;
const signIn = () => `${mooring.base}/signin?tenant=harbour`;
const go = (page: Page) => page.getByRole('button', { name: 'Continue with harbour single sign-on' }).click();

/** No cookie is left, neither Mooring's nor the provider's. */
async function asNobody(page: Page): Promise<void> {
  // The page would ask for its stream without a session otherwise.
  await page.goto('about:blank');
  await page.context().clearCookies();
  await page.goto(signIn());
}

test('set it up, come in, confirm, and the other ways stay', async ({ page, watch, customer, customerWatch }) => {
  // Who isn't let in, what a session of single sign-on doesn't open, and the provider that is away.
  for (const status of [400, 404, 422]) customerWatch.expect(status);
  watch.expect(422);

  await test.step('the owner enters the provider and tries it', async () => {
    await setUp(page, mooring);
    await page.goto(settings());
    await expect(page.getByLabel('Redirect URI')).toHaveValue(`${mooring.base}/sso/harbour/callback`);
    await page.getByLabel('Issuer').fill(provider.issuer);
    await page.getByLabel('Client ID').fill(Provider.clientId);
    await page.getByLabel('Client secret').fill(Provider.clientSecret);
    await page.getByLabel('Group 1', { exact: true }).fill('crew');
    await page.getByLabel('Role of group 1').selectOption('operator');
    await page.getByLabel('Group 2', { exact: true }).fill('captains');
    await page.getByLabel('Role of group 2').selectOption('owner');
    await page.getByRole('button', { name: /^Save\W+sign-on$/ }).click();
    await expect(page.getByRole('status').filter({ hasText: 'Saved.' })).toBeVisible();
    await page.getByRole('button', { name: 'Try it' }).click();
    await expect(page.getByRole('status').filter({ hasText: '127.0.0.1 answers' })).toContainText('RS256');
    await expect(page.getByLabel('Group 2', { exact: true })).toHaveValue('captains');
  });

  await test.step('a member of a group comes in with its role', async () => {
    await customer.goto(`${signIn()}&next=/t/harbour/audit`);
    await go(customer);
    await provider.signIn(customer, 'jonas.crew');
    await expect(customer).toHaveURL(`${mooring.base}/t/harbour/audit`);
    await expect(main(customer).getByRole('link', { name: 'Members' })).toBeVisible();
    await expect(main(customer).getByRole('link', { name: 'Keys' })).toHaveCount(0);
    await page.goto(`${mooring.base}/t/harbour/members`);
    await expect(page.getByRole('row').filter({ hasText: 'jonas.crew@provider.example' })).toContainText('Operator');
  });

  await test.step('who is in no group is told so', async () => {
    await asNobody(customer);
    await go(customer);
    await provider.signIn(customer, 'eve.strangers');
    await expect(customer.getByRole('alert')).toContainText('our groups at the provider are not let in');
    await customer.goto(`${mooring.base}/t/harbour`);
    await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Sign in');
  });

  await test.step('whom it brought shows at the provider that it is still them', async () => {
    await asNobody(customer);
    await go(customer);
    await provider.signIn(customer, 'ada.captains');
    await expect(customer).toHaveURL(`${mooring.base}/t/harbour`);
    await customer.goto(settings());
    await customer.getByRole('button', { name: 'Switch off' }).click();
    await expect(customer.getByRole('heading', { level: 1 })).toHaveText('Is it still you?');
    await customer.getByRole('button', { name: 'Continue with single sign-on' }).click();
    // The provider knows her; it asks again, since it was told to.
    await provider.signIn(customer, 'ada.captains');
    await expect(customer).toHaveURL(new RegExp(`^${settings()}`));
    await expect(customer.getByLabel('Group 2', { exact: true })).toHaveValue('captains');
  });

  await test.step('while the provider is away, the page says so, and passwords work', async () => {
    await provider.stop();
    await page.goto(settings());
    await page.getByRole('button', { name: 'Try it' }).click();
    await expect(page.getByRole('alert')).toContainText('could not be fetched');
    // What stands isn't lost by that.
    await expect(page.getByLabel('Group 2', { exact: true })).toHaveValue('captains');
    await asNobody(customer);
    await go(customer);
    await expect(customer.getByRole('alert')).toContainText('ingle sign-on doesn’t answer');
    await expect(customer.getByLabel('Password')).toBeVisible();
  });
});
