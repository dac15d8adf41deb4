// A provider of single sign-on: npm's `oidc-provider`, in a process of its own. Whoever
// types a name is that person; what follows a dot is their group.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const { PROVIDER_CLIENT_ID, PROVIDER_CLIENT_SECRET, PROVIDER_REDIRECT_URI } = process.env;

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const key = { ...privateKey.export({ format: 'jwk' }), kid: 'first', use: 'sig', alg: 'RS256' };

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: PROVIDER_CLIENT_ID,
      client_secret: PROVIDER_CLIENT_SECRET,
      redirect_uris: [PROVIDER_REDIRECT_URI],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ['of tests alone'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  pkce: { required: () => true },
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/who/${interaction.uid}` },
  findAccount: (_, accountId) => ({
    accountId,
    claims: () => ({
      sub: accountId,
      name: accountId.split('.')[0],
      email: `${accountId}@provider.example`,
      email_verified: true,
      groups: [accountId.split('.')[1]],
    }),
  }),
  // Nobody is asked what Mooring may know.
  async loadExistingGrant(ctx) {
    const { client, session, params } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(params.scope);
    await grant.save();
    return grant;
  },
});

const answer = provider.callback();
const FORM = `<!doctype html><html lang="en"><title>Provider</title>
<main><h1>Who are you?</h1><form method="post"><label>Name <input name="name"></label>
<button>Go on</button></form></main>`;

async function typed(request) {
  let body = '';
  for await (const part of request) body += part;
  return new URLSearchParams(body).get('name');
}

server.on('request', async (request, response) => {
  if (!request.url.startsWith('/who/')) return answer(request, response);
  try {
    if (request.method === 'POST') {
      const login = { accountId: await typed(request) };
      await provider.interactionFinished(request, response, { login });
    } else {
      await provider.interactionDetails(request, response);
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(FORM);
    }
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
});

console.log(issuer);
