#!/usr/bin/env node
// The npm package jose behind the command line of README.md.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521', EdDSA: 'Ed25519' }
const ALGS = ['HS', 'RS', 'PS'].flatMap((family) => [256, 384, 512].map((bits) => family + bits)).concat(Object.keys(CURVES))
const KEY_TYPES = { HS: 'oct', RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP' }
// 10,000 unless the option maxPBES2Count raises it.
const MAX_P2C = 1_000_000
const STEP_P2C = 600_000

const leave = (code, why) => {
  console.error(why)
  process.exit(code)
}
const read = (path) => readFileSync(path)
const readLine = (path) => {
  const data = read(path)
  return data.at(-1) === 10 ? data.subarray(0, -1) : data
}
const readJson = (path) => JSON.parse(read(path).toString())

const peers = process.env.JWTCTL_PEERS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jwtctl-peers')
let jose, version
try {
  const found = createRequire(join(peers, 'node', 'from-here.js'))
  jose = await import(pathToFileURL(found.resolve('jose')))
  version = readJson(join(peers, 'node', 'node_modules', 'jose', 'package.json')).version
} catch {
  leave(77, 'needs jose (npm)')
}

const readJwk = (alg, path) => {
  if (!ALGS.includes(alg)) leave(77, `${alg}: not in this library`)
  const jwk = readJson(path)
  if (jwk.kty !== KEY_TYPES[alg.slice(0, 2)] || jwk.crv !== CURVES[alg]) leave(1, `not a key for ${alg}`)
  return jwk
}

const commands = {
  version: async () => version,
  keyformat: async () => 'jwk',
  algs: async () => ALGS.join('\n'),
  maxp2c: async () => String(MAX_P2C),
  async sign(alg, key, payload) {
    const jwk = readJwk(alg, key)
    const header = { alg, typ: 'JWT', ...(jwk.kid === undefined ? {} : { kid: jwk.kid }) }
    return new jose.SignJWT(readJson(payload)).setProtectedHeader(header).sign(await jose.importJWK(jwk, alg))
  },
  async verify(alg, key, token) {
    const imported = await jose.importJWK(readJwk(alg, key), alg)
    const { payload } = await jose.jwtVerify(readLine(token).toString(), imported, { algorithms: [alg] })
    return JSON.stringify(payload)
  },
  thumbprint: async (key) => jose.calculateJwkThumbprint(readJson(key)),
  seal: async (key, passphrase) =>
    new jose.CompactEncrypt(read(key))
      .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', cty: 'jwk+json' })
      .setKeyManagementParameters({ p2c: STEP_P2C })
      .encrypt(readLine(passphrase)),
  async sealjson(key, passphrase) {
    const sealer = new jose.FlattenedEncrypt(read(key))
      .setProtectedHeader({ alg: 'PBES2-HS256+A128KW', enc: 'A256GCM', cty: 'jwk+json' })
      .setKeyManagementParameters({ p2c: STEP_P2C })
    return JSON.stringify(await sealer.encrypt(readLine(passphrase)), null, 2)
  },
  async open(sealed, passphrase) {
    const { plaintext } = await jose.compactDecrypt(readLine(sealed).toString(), readLine(passphrase), {
      keyManagementAlgorithms: ['PBES2-HS256+A128KW', 'PBES2-HS384+A192KW', 'PBES2-HS512+A256KW'],
      contentEncryptionAlgorithms: ['A256GCM'],
      maxPBES2Count: MAX_P2C,
    })
    return Buffer.from(plaintext).toString()
  },
}

const LACKS = new Set(['JOSENotSupported'])
const each = async (jobs, answer) => {
  const answers = []
  for (const job of readJson(jobs)) {
    try {
      answers.push(await answer(job))
    } catch (error) {
      const key = LACKS.has(error.name) || error.name === 'DataError' || error.name === 'NotSupportedError' ? 'lacks' : 'error'
      answers.push({ [key]: `${error.name}: ${error.message}` })
    }
  }
  return JSON.stringify(answers)
}
const keyFor = async (alg, enc, jwk) =>
  alg.startsWith('PBES2') ? Buffer.from(jwk.k, 'base64url') : jose.importJWK({ ...jwk, key_ops: undefined }, alg === 'dir' ? enc : alg)

const withPayload = (token, { payload, detached, b64 }) => {
  if (!detached) return token
  return { ...token, payload: b64 ? Buffer.from(payload).toString('base64url') : payload }
}

commands.signobjects = async (jobs) =>
  each(jobs, async ({ form, signers, payload, detached, b64 }) => {
    const bytes = new TextEncoder().encode(payload)
    const header = ({ alg, key }) => ({ alg, kid: key.kid, ...(b64 ? {} : { b64: false, crit: ['b64'] }) })
    const imported = await Promise.all(signers.map(({ alg, key }) => jose.importJWK(key, alg)))
    if (form === 'compact') {
      const flat = await new jose.FlattenedSign(bytes).setProtectedHeader(header(signers[0])).sign(imported[0])
      return { token: `${flat.protected}.${detached ? '' : b64 ? flat.payload : payload}.${flat.signature}` }
    }
    const general = new jose.GeneralSign(bytes)
    signers.forEach((it, i) => general.addSignature(imported[i]).setProtectedHeader(header(it)))
    const made =
      form === 'general' ? await general.sign() : await new jose.FlattenedSign(bytes).setProtectedHeader(header(signers[0])).sign(imported[0])
    if (detached) delete made.payload
    else if (!b64) made.payload = payload
    return { token: JSON.stringify(made) }
  })
commands.verifyobjects = async (jobs) =>
  each(jobs, async ({ token, key, alg, ...job }) => {
    const imported = await jose.importJWK(key, alg)
    const options = { algorithms: [alg] }
    if (!token.startsWith('{')) {
      const [header, middle, signature] = token.split('.')
      const flat = withPayload({ protected: header, payload: middle, signature }, job)
      const found = await jose.flattenedVerify(flat, imported, options)
      return { payload: new TextDecoder().decode(found.payload) }
    }
    const object = withPayload(JSON.parse(token), job)
    const found = object.signatures ? await jose.generalVerify(object, imported, options) : await jose.flattenedVerify(object, imported, options)
    return { payload: new TextDecoder().decode(found.payload) }
  })

// Read within the limits that the library has by itself.
commands.encrypt = async (jobs) =>
  each(jobs, async ({ form, enc, recipients, payload, aad }) => {
    const bytes = new TextEncoder().encode(payload)
    const keys = await Promise.all(recipients.map(({ alg, key }) => keyFor(alg, enc, key)))
    const [{ alg }] = recipients
    if (form === 'compact') return { token: await new jose.CompactEncrypt(bytes).setProtectedHeader({ alg, enc }).encrypt(keys[0]) }
    const made = form === 'general' ? new jose.GeneralEncrypt(bytes) : new jose.FlattenedEncrypt(bytes)
    if (aad) made.setAdditionalAuthenticatedData(new TextEncoder().encode(aad))
    if (form === 'flattened') return { token: JSON.stringify(await made.setProtectedHeader({ alg, enc }).encrypt(keys[0])) }
    made.setProtectedHeader({ enc })
    recipients.forEach(({ alg, key }, i) => made.addRecipient(keys[i]).setUnprotectedHeader({ alg, ...(key.kid ? { kid: key.kid } : {}) }))
    return { token: JSON.stringify(await made.encrypt()) }
  })
commands.decrypt = async (jobs) =>
  each(jobs, async ({ token, key, alg, enc }) => {
    const imported = await keyFor(alg, enc, key)
    const options = { keyManagementAlgorithms: [alg], contentEncryptionAlgorithms: [enc] }
    const open = token.startsWith('{') ? (JSON.parse(token).recipients ? jose.generalDecrypt : jose.flattenedDecrypt) : jose.compactDecrypt
    const { plaintext } = await open(token.startsWith('{') ? JSON.parse(token) : token, imported, options)
    return { payload: new TextDecoder().decode(plaintext) }
  })

const [name, ...args] = process.argv.slice(2)
const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined
if (!command || args.length !== command.length) leave(2, 'usage: see README.md')
try {
  console.log(await command(...args))
} catch (error) {
  leave(error instanceof jose.errors.JOSEError ? 1 : 2, `${error.name}: ${error.message}`)
}
