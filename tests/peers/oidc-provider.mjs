// An OpenID provider, npm's oidc-provider, for tests/oidc_provider.rs:
//
//   oidc-provider.mjs version
//   oidc-provider.mjs serve SEALING ASSERTING    public JWKs: to encrypt ID tokens of the client "sealed" to, and of the client "machine"
//
// `serve` writes its URL and serves until its stdin ends. Beside the provider:
//   GET  /test/login?client=ID&nonce=N   a code with PKCE, as a browser would get it, and what it is redeemed for
//   POST /test/rotate                    other keys from now on
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const peers = process.env.JWTCTL_PEERS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jwtctl-peers');
const folder = join(peers, 'oidc-provider');
const [command, sealing, asserting] = process.argv.slice(2);

// It says what a server in production needs, which this is not.
console.warn = console.info = () => {};

let Provider;
try {
  const require = createRequire(join(folder, 'from-here.js'));
  ({ Provider } = await import(pathToFileURL(require.resolve('oidc-provider'))));
} catch {
  console.error('needs oidc-provider (npm)');
  process.exit(77);
}
if (command === 'version') {
  console.log(JSON.parse(readFileSync(join(folder, 'node_modules/oidc-provider/package.json'))).version);
  process.exit(0);
}

const read = (path) => JSON.parse(readFileSync(path));
const server = createServer((request, response) => answer(request, response));
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${server.address().port}`;
const redirect_uri = 'https://client.example/callback';
const secret = 'a secret of the clients';
const resource = 'https://api.example';

const client = (client_id, more) => ({
  client_id, client_secret: secret, redirect_uris: [redirect_uri], grant_types: ['authorization_code'], response_types: ['code'],
  id_token_signed_response_alg: 'ES256', ...more,
});
const clients = [
  client('app'),
  client('sealed', {
    id_token_encrypted_response_alg: 'ECDH-ES', id_token_encrypted_response_enc: 'A256GCM', jwks: { keys: [read(sealing)] },
  }),
  {
    client_id: 'machine', grant_types: ['client_credentials'], redirect_uris: [], response_types: [],
    id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'EdDSA', jwks: { keys: [read(asserting)] },
  },
];

const make = () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const kid = randomBytes(6).toString('hex');
  const provider = new Provider(url, {
    clients,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'ES256' }] },
    cookies: { keys: ['not secret'] },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    clientAuthMethods: ['client_secret_basic', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: ['EdDSA', 'Ed25519', 'ES256'], dPoPSigningAlgValues: ['EdDSA', 'Ed25519', 'ES256'] },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    loadExistingGrant: async (ctx) => {
      const grant = new ctx.oidc.provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
      grant.addOIDCScope('openid');
      grant.addResourceScope(resource, 'read');
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      dPoP: { enabled: true },
      encryption: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'read', audience: resource, accessTokenFormat: 'jwt', accessTokenTTL: 300, jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  provider.on('server_error', (_, error) => console.error(error));
  provider.use(async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) return next();
    ctx.respond = false;
    await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: 'alice' } });
  });
  return provider.callback();
};
let provide = make();

// What a browser would do, up to where it leaves for the client.
const browse = async (start) => {
  const jar = new Map();
  let next = new URL(start);
  for (let hop = 0; hop < 10; hop += 1) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(next, { redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';');
      const at = pair.indexOf('=');
      jar.set(pair.slice(0, at), pair.slice(at + 1));
    }
    const location = response.headers.get('location');
    if (location === null) throw new Error(`${response.status} ${await response.text()}`);
    next = new URL(location, next);
    if (next.href.startsWith(redirect_uri)) return next;
  }
  throw new Error('too many redirects');
};

const login = async (client_id, nonce) => {
  const code_verifier = randomBytes(32).toString('base64url');
  const authorize = new URL(`${url}/auth`);
  authorize.search = new URLSearchParams({
    client_id, redirect_uri, nonce, response_type: 'code', scope: 'openid read', resource,
    code_challenge: createHash('sha256').update(code_verifier).digest('base64url'), code_challenge_method: 'S256',
  });
  const code = (await browse(authorize)).searchParams.get('code');
  const response = await fetch(`${url}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client_id}:${encodeURIComponent(secret)}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri, code_verifier, resource }),
  });
  return { status: response.status, code, ...(await response.json()) };
};

const answer = async (request, response) => {
  const asked = new URL(request.url, url);
  if (!asked.pathname.startsWith('/test/')) return provide(request, response);
  try {
    if (asked.pathname === '/test/rotate') {
      provide = make();
      return response.end();
    }
    const { client, nonce } = Object.fromEntries(asked.searchParams);
    return response.end(JSON.stringify(await login(client, nonce)));
  } catch (error) {
    response.statusCode = 500;
    return response.end(String(error.stack));
  }
};

console.log(url);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
