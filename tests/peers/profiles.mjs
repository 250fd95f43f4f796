// npm's oauth4webapi as a client that makes proofs and assertions, and as a resource server, for tests/profiles.rs:
//
//   profiles.mjs version
//   profiles.mjs make METHOD URL TOKEN CLIENT ISSUER       what a request of its has in it
//   profiles.mjs validate ISSUER AUD METHOD URL TOKEN PROOF    the claims of an access token that comes with a proof
//
// TOKEN and PROOF are files.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const peers = process.env.JWTCTL_PEERS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jwtctl-peers')
let o
try {
  const found = createRequire(join(peers, 'node', 'from-here.js'))
  o = await import(pathToFileURL(found.resolve('oauth4webapi')))
} catch {
  console.error('needs oauth4webapi (npm)')
  process.exit(77)
}
const [command, ...args] = process.argv.slice(2)
const read = (path) => readFileSync(path).toString().trim()
const insecure = { [o.allowInsecureRequests]: true }

const commands = {
  version: async () => JSON.parse(read(join(peers, 'node/node_modules/oauth4webapi/package.json'))).version,

  async make(method, url, token, client_id, issuer) {
    const keys = await o.generateKeyPair('ES256', { extractable: true })
    const client = { client_id }
    const DPoP = o.DPoP(client, keys)
    let sent
    const capture = { ...insecure, DPoP, [o.customFetch]: async (_, options) => {
      sent = options
      return new Response('{}', { headers: { 'content-type': 'application/json' } })
    } }
    const header = () => new Headers(sent.headers).get('dpop')

    await o.protectedResourceRequest(read(token), method, new URL(url), undefined, null, capture)
    const proof = header()
    const as = { issuer, token_endpoint: `${issuer}/token` }
    await o.clientCredentialsGrantRequest(as, client, o.PrivateKeyJwt(keys.privateKey), new URLSearchParams(), capture)
    return JSON.stringify({
      proof, at_token_endpoint: header(), jkt: await DPoP.calculateThumbprint(),
      assertion: new URLSearchParams(sent.body).get('client_assertion'),
      jwk: await crypto.subtle.exportKey('jwk', keys.publicKey),
    })
  },

  async validate(issuer, aud, method, url, token, proof) {
    const at = new URL(issuer)
    const as = await o.processDiscoveryResponse(at, await o.discoveryRequest(at, insecure))
    const headers = { authorization: `DPoP ${read(token)}`, dpop: read(proof) }
    const request = new Request(url, { method, headers })
    return JSON.stringify(await o.validateJwtAccessToken(as, request, aud, { ...insecure, requireDPoP: true }))
  },
}
console.log(await commands[command](...args))
