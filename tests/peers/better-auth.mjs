// A better-auth server with its JWT plugin over SQLite, for tests/better_auth.rs:
//
//   better-auth.mjs version
//   better-auth.mjs serve DB ALG    secrets from BETTER_AUTH_SECRET and BETTER_AUTH_SECRETS; PLAIN=1 keeps private keys in clear
//
// `serve` writes its URL and serves until its stdin ends: /api/auth/* is the server, and beside it
//   GET  /test/token   a token of /api/auth/token, for a user who has signed up
//   GET  /test/rows    the rows of the table, as SQLite prints them
//   POST /test/sql     statements to run
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const peers = process.env.JWTCTL_PEERS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jwtctl-peers');
const folder = join(peers, 'better-auth');
const require = createRequire(join(folder, 'from-here.js'));
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const [command, db, alg] = process.argv.slice(2);

let betterAuth, jwt, getMigrations, toNodeHandler, Database;
try {
  ({ betterAuth } = await load('better-auth'));
  ({ jwt } = await load('better-auth/plugins'));
  ({ getMigrations } = await load('better-auth/db/migration'));
  ({ toNodeHandler } = await load('better-auth/node'));
  Database = require('better-sqlite3');
  new Database(':memory:').close();
} catch {
  console.error('needs better-auth and better-sqlite3 (npm)');
  process.exit(77);
}
if (command === 'version') {
  console.log(JSON.parse(readFileSync(join(folder, 'node_modules/better-auth/package.json'))).version);
  process.exit(0);
}

const database = new Database(db);
const server = createServer((request, response) => answer(request, response));
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${server.address().port}`;

const keyPairConfig = alg.startsWith('RS') || alg.startsWith('PS') ? { alg, modulusLength: 2048 } : { alg };
const options = {
  baseURL: url,
  database,
  emailAndPassword: { enabled: true },
  logger: { disabled: true },
  telemetry: { enabled: false },
  rateLimit: { enabled: false },
  plugins: [jwt({ jwks: { keyPairConfig, disablePrivateKeyEncryption: process.env.PLAIN === '1' } })],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
const handler = toNodeHandler(auth);

const body = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
};

let cookie;
async function token() {
  if (!cookie) {
    const signUp = await fetch(`${url}/api/auth/sign-up/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url },
      body: JSON.stringify({ name: 'A', email: `a${Date.now()}@example.com`, password: 'correct horse battery' }),
    });
    if (!signUp.ok) throw new Error(`sign-up: ${signUp.status} ${await signUp.text()}`);
    cookie = signUp.headers.getSetCookie().map((it) => it.split(';')[0]).join('; ');
  }
  const answer = await fetch(`${url}/api/auth/token`, { headers: { cookie, origin: url } });
  if (!answer.ok) throw new Error(`token: ${answer.status} ${await answer.text()}`);
  return (await answer.json()).token;
}

async function answer(request, response) {
  try {
    switch (request.url) {
      case '/test/token':
        return response.end(await token());
      case '/test/rows':
        return response.end(JSON.stringify(database.prepare('SELECT * FROM jwks').all()));
      case '/test/sql':
        database.exec(await body(request));
        return response.end();
      default:
        return await handler(request, response);
    }
  } catch (error) {
    response.statusCode = 500;
    response.end(String(error));
  }
}

console.log(url);
process.stdin.on('end', () => process.exit(0)).resume();
