#!/usr/bin/env node
// OpenID Connect clients go through their flows, as their documentation says, with the issuer at ISSUER.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const leave = (code, why) => {
  console.error(why)
  process.exit(code)
}

const [library, issuer, id, file] = process.argv.slice(2)
if (file === undefined) leave(2, 'usage: see README.md')
const peers = process.env.JWTCTL_PEERS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jwtctl-peers')
let lib
try {
  const found = createRequire(join(peers, 'node', 'from-here.js'))
  lib = await import(pathToFileURL(found.resolve(library)))
} catch {
  leave(77, `needs ${library} (npm)`)
}

const secret = readFileSync(file).toString().trim()
const redirect_uri = 'http://localhost:3000/callback'
const scope = 'openid email'

// What a browser would do: follow the issuer's redirect, and see what it was sent to.
const browse = async (url) => {
  const response = await fetch(url, { redirect: 'manual' })
  return new URL(response.headers.get('location'))
}

const flows = {
  async oauth4webapi(o) {
    const insecure = { [o.allowInsecureRequests]: true }
    const url = new URL(issuer)
    const as = await o.processDiscoveryResponse(url, await o.discoveryRequest(url, insecure))
    const oauth = await o.processDiscoveryResponse(url, await o.discoveryRequest(url, { ...insecure, algorithm: 'oauth2' }))
    const client = { client_id: id }
    const auth = o.ClientSecretBasic(secret)

    const machine = await o.processClientCredentialsResponse(
      as, client, await o.clientCredentialsGrantRequest(as, client, auth, new URLSearchParams({ scope: 'read' }), insecure))
    const request = new Request('https://rs.example/', { headers: { authorization: `Bearer ${machine.access_token}` } })
    const validated = await o.validateJwtAccessToken(as, request, issuer, insecure)

    const verifier = o.generateRandomCodeVerifier()
    const [state, nonce] = [o.generateRandomState(), o.generateRandomNonce()]
    const authorize = new URL(as.authorization_endpoint)
    authorize.search = new URLSearchParams({
      client_id: id, redirect_uri, scope, state, nonce, response_type: 'code',
      code_challenge: await o.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    })
    const params = o.validateAuthResponse(as, client, await browse(authorize), state)
    const answer = await o.authorizationCodeGrantRequest(as, client, auth, params, redirect_uri, verifier, insecure)
    const tokens = await o.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, requireIdToken: true })
    await o.validateApplicationLevelSignature(as, answer, insecure)
    const { sub } = o.getValidatedIdTokenClaims(tokens)
    const person = await o.processUserInfoResponse(
      as, client, sub, await o.userInfoRequest(as, client, tokens.access_token, insecure))

    const refreshed = await o.processRefreshTokenResponse(
      as, client, await o.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, insecure))
    const introspect = async (token) => o.processIntrospectionResponse(
      as, client, await o.introspectionRequest(as, client, auth, token, insecure))
    return {
      oauth_issuer: oauth.issuer, scope: validated.scope, sub, email: person.email,
      active: (await introspect(refreshed.access_token)).active, stale: (await introspect(tokens.refresh_token)).active,
    }
  },

  async 'openid-client'(c) {
    const config = await c.discovery(new URL(issuer), id, secret, undefined, { execute: [c.allowInsecureRequests] })
    c.enableNonRepudiationChecks(config)
    const oauth = await c.discovery(
      new URL(issuer), id, secret, undefined, { execute: [c.allowInsecureRequests], algorithm: 'oauth2' })
    const machine = await c.clientCredentialsGrant(config, { scope: 'read' })

    const verifier = c.randomPKCECodeVerifier()
    const [expectedState, expectedNonce] = [c.randomState(), c.randomNonce()]
    const url = c.buildAuthorizationUrl(config, {
      redirect_uri, scope, state: expectedState, nonce: expectedNonce,
      code_challenge: await c.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
    })
    const tokens = await c.authorizationCodeGrant(
      config, await browse(url), { pkceCodeVerifier: verifier, expectedState, expectedNonce, idTokenExpected: true })
    const { sub } = tokens.claims()
    const person = await c.fetchUserInfo(config, tokens.access_token, sub)
    const refreshed = await c.refreshTokenGrant(config, tokens.refresh_token)
    return {
      oauth_issuer: oauth.serverMetadata().issuer, scope: machine.scope, sub, email: person.email,
      active: (await c.tokenIntrospection(config, refreshed.access_token)).active,
      stale: (await c.tokenIntrospection(config, tokens.refresh_token)).active,
    }
  },
}

try {
  console.log(JSON.stringify(await flows[library](lib)))
} catch (error) {
  leave(1, `${error.name}: ${error.message} ${error.cause ? JSON.stringify(error.cause) : ''}`)
}
