// A real server of this machine behind a container's port: asked through the Service, through hit, and through a port-forward.
import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { Cli, clientPod, until } from './cli'

/** Counts what it is asked, and says so; prints its port. */
const SERVER = `let n = 0
const server = require('node:http').createServer((request, response) => {
  let body = ''
  request.on('data', (part) => (body += part))
  request.on('end', () => response.end([++n, request.method, request.url, body].join(' ') + '\\n'))
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))`

/** Over a connection of its own. */
function get(url: string): Promise<{ status?: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      let body = ''
      response.on('data', (part) => {
        body += part
      })
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
    request.on('error', reject)
  })
}

describe('a local process', () => {
  let cli: Cli
  let server: ChildProcess
  beforeEach(async () => {
    cli = new Cli()
    server = spawn(process.execPath, ['-e', SERVER], { stdio: ['ignore', 'pipe', 'inherit'] })
    let port = ''
    server.stdout!.on('data', (text) => {
      port += text
    })
    await until(() => port.endsWith('\n'), 'the server listens')
    fs.writeFileSync(path.join(cli.dir, 'image.yaml'), `image: mine/app\nlisten:\n- port: 8080\n  process: 127.0.0.1:${port}`)
    expect((await cli.run('image', 'add', path.join(cli.dir, 'image.yaml'))).out).toBe('image/mine/app added\n')
    await cli.create([clientPod()])
    await cli.run('create', 'deployment', 'app', '--image=mine/app')
    await cli.run('expose', 'deployment', 'app', '--port=80', '--target-port=8080')
  })
  afterEach(() => {
    server.kill()
    cli.remove()
  })

  test('answers what comes through the Service, each request once', async () => {
    const { out } = await cli.run('exec', 'client', '--', 'wget', '-qO-', '--post-data', 'x=1', 'http://app/path')
    expect(out).toBe('1 POST /path x=1\n')
    expect((await cli.run('hit', 'app', '-n', '40')).out).toMatch(/answers: 40 × 200/)
    expect((await cli.run('exec', 'client', '--', 'wget', '-qO-', 'http://app')).out).toBe('42 GET / \n')
    expect((await cli.run('logs', 'deployment/app', '--tail=1')).out).toBe('GET / 200\n')
    server.kill()
    await until(() => server.exitCode !== null || server.signalCode !== null, 'the server is gone')
    expect((await cli.run('exec', 'client', '--', 'wget', '-qO-', 'http://app')).err).toMatch(/502 Bad Gateway/)
  })

  test('answers many at once through a port-forward, each request once', async () => {
    const { result, done } = cli.start('port-forward', 'service/app', ':80')
    await until(() => /Forwarding from 127.0.0.1:\d+/.test(result.out), 'it is forwarded')
    const port = /127.0.0.1:(\d+)/.exec(result.out)![1]
    const ask = (at: string) => get(`http://127.0.0.1:${port}${at}`)
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => ask(`/${i}`)))
    expect(answers.map(({ body }) => Number(body.split(' ')[0])).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    await until(async () => /GET \/49 200/.test((await cli.run('logs', 'deployment/app')).out), 'they are in the log')
    const { out } = await cli.run('logs', 'deployment/app')
    expect(out.trimEnd().split('\n').sort()).toEqual(Array.from({ length: 50 }, (_, i) => `GET /${i} 200`).sort())
    await cli.run('fault', 'add', 'reply', 'deployment/app', '--status', '503')
    await until(async () => (await ask('/')).status === 503, 'the fault shows')
    cli.interrupt()
    await done
  }, 30_000)
})
