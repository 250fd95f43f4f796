#!/usr/bin/env node
// The portable JWKS caches of the npm packages jose and oauth4webapi, used as their documentation says.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const leave = (code, why) => {
  console.error(why)
  process.exit(code)
}

const [library, file, url, issuer, audience, tokenFile] = process.argv.slice(2)
if (tokenFile === undefined) leave(2, 'usage: see README.md')
const peers = process.env.JWTCTL_PEERS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jwtctl-peers')
let loaded
try {
  const found = createRequire(join(peers, 'node', 'from-here.js'))
  loaded = await import(pathToFileURL(found.resolve(library)))
} catch {
  leave(77, `needs ${library} (npm)`)
}

const token = readFileSync(tokenFile).toString().trim()
const cache = existsSync(file) ? JSON.parse(readFileSync(file).toString()) : {}
const { uat } = cache

const verifiers = {
  async jose({ createRemoteJWKSet, jwksCache, jwtVerify }) {
    await jwtVerify(token, createRemoteJWKSet(new URL(url), { [jwksCache]: cache }), { issuer, audience })
  },
  async oauth4webapi({ allowInsecureRequests, jwksCache, validateJwtAccessToken }) {
    const request = new Request('https://rs.example/', { headers: { authorization: `Bearer ${token}` } })
    const options = { [jwksCache]: cache, [allowInsecureRequests]: true }
    await validateJwtAccessToken({ issuer, jwks_uri: url }, request, audience, options)
  },
}

try {
  await verifiers[library](loaded)
} catch (error) {
  leave(1, `${error.name}: ${error.message}`)
}
if (cache.uat !== uat) writeFileSync(file, JSON.stringify(cache))
console.log(cache.uat === uat ? 'unchanged' : 'changed')
