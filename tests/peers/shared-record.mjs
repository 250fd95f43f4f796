#!/usr/bin/env node
// A Node service that keeps the key set of jose in Redis, under the name that jwtctl gives it, for tests/fleet.
//
//   shared-record.mjs SOCKET URL TOKENFILE    verifies, and writes the record back if jose fetched; says which
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const leave = (code, why) => {
  console.error(why)
  process.exit(code)
}
const peers = process.env.JWTCTL_PEERS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jwtctl-peers')
const from = (folder) => createRequire(join(peers, folder, 'from-here.js'))
let jose, redis
try {
  jose = await import(pathToFileURL(from('node').resolve('jose')))
} catch {
  leave(77, 'needs jose (npm)')
}
try {
  redis = from('session')('redis')
} catch {
  leave(77, 'needs redis (npm)')
}

const [socket, url, tokenFile] = process.argv.slice(2)
if (tokenFile === undefined) leave(2, 'usage: shared-record.mjs SOCKET URL TOKENFILE')
const client = redis.createClient({ path: socket })
const get = promisify(client.get).bind(client)
const set = promisify(client.set).bind(client)
const name = `jwtctl:jose:1:${url}`

try {
  const cache = JSON.parse((await get(name)) ?? '{}')
  const { uat } = cache
  const keys = jose.createRemoteJWKSet(new URL(url), { [jose.jwksCache]: cache })
  await jose.jwtVerify(readFileSync(tokenFile).toString().trim(), keys)
  // Without an end of its own, as services do that have not thought about it.
  if (cache.uat !== uat) await set(name, JSON.stringify(cache))
  console.log(cache.uat === uat ? 'unchanged' : 'changed')
} catch (error) {
  leave(1, `${error.name}: ${error.message}`)
} finally {
  client.quit()
}
