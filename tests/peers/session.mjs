#!/usr/bin/env node
// The npm middleware jwt-redis-session in an express app, for tests/session.
//
//   session.mjs version
//   session.mjs serve SOCKET SECRET MAXAGE    writes its URL and serves until stdin ends
//
// Every answer is {id, claims, data} of the session; 401 when the middleware finds none.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { join } from 'node:path'

const leave = (code, why) => {
  console.error(why)
  process.exit(code)
}
const peers = process.env.JWTCTL_PEERS || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'jwtctl-peers')
const folder = join(peers, 'session')
let express, middleware, redis
try {
  const require = createRequire(join(folder, 'from-here.js'))
  express = require('express')
  middleware = require('jwt-redis-session')
  redis = require('redis')
} catch {
  leave(77, 'needs jwt-redis-session (npm)')
}

const commands = {
  version() {
    const version = (name) => JSON.parse(readFileSync(join(folder, 'node_modules', name, 'package.json'))).version
    console.log(['jwt-redis-session', 'express', 'redis'].map((name) => `${name} ${version(name)}`).join(', '))
  },
  serve(socket, secretFile, maxAge) {
    const client = redis.createClient({ path: socket })
    const secret = readFileSync(secretFile).toString()
    const app = express()
    app.use(express.json())
    app.use(middleware({ client, secret, maxAge: Number(maxAge) }))

    const answer = (session, more) => {
      const { claims, jwt, ...data } = session.toJSON()
      return { id: session.id, claims, data, hasJwt: jwt !== undefined, ...more }
    }
    const done = (req, res, more) => (error) => (error ? res.status(500).json({ error: String(error) }) : res.json(answer(req.session, more)))
    app.post('/create', (req, res) => {
      Object.assign(req.session, req.body.data)
      req.session.create(req.body.claims, (error, token) => done(req, res, { token })(error))
    })
    const known = (req, res, next) => (req.session.id ? next() : res.status(401).json({}))
    app.get('/', known, (req, res) => res.json(answer(req.session)))
    app.post('/update', known, (req, res) => {
      Object.assign(req.session, req.body)
      req.session.update(done(req, res))
    })
    for (const name of ['touch', 'reload', 'destroy']) {
      app.post(`/${name}`, known, (req, res) => req.session[name](done(req, res)))
    }
    const server = app.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
    process.stdin.on('end', () => process.exit(0)).resume()
  },
}

const [name, ...args] = process.argv.slice(2)
if (!Object.hasOwn(commands, name ?? '')) leave(2, 'usage: session.mjs version | serve SOCKET SECRET MAXAGE')
commands[name](...args)
