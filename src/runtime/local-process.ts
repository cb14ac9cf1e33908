// A real server on this machine behind a container's port. Programs answer at once, so the talk is had in another thread and waited for;
// connections that are real themselves are led straight to it (src/commands/pod-socket.ts).
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { HttpRequest, HttpResponse } from './process'

/** It is given this long to answer, ms. */
const PATIENCE = 10_000
/** A protocol that is not HTTP has answered when it is silent for so long, ms. */
const SILENCE = 150

interface Question {
  host: string
  port: number
  /** HTTP. */
  request?: { method: string; path: string; headers: Record<string, string>; body: string }
  /** Any other protocol, latin1. */
  data?: string
}

/** The other thread: takes a question from its port, puts the answer there, then wakes who waits. */
const SCRIPT = `
const { workerData: { port, flag } } = require('node:worker_threads')
const http = require('node:http'), net = require('node:net')
const agent = new http.Agent({ keepAlive: true })
function answer(value) { port.postMessage(value); Atomics.store(flag, 0, 1); Atomics.notify(flag, 0) }
port.on('message', ({ host, port: to, request, data }) => {
  let done = false
  const once = (value) => { if (!done) { done = true; answer(value) } }
  if (request) {
    const { body, ...options } = request
    const asked = http.request({ host, port: to, agent, timeout: ${PATIENCE}, ...options }, (reply) => {
      const parts = []
      reply.on('data', (part) => parts.push(part))
      reply.on('end', () => once({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(parts).toString() }))
      reply.on('error', () => once({}))
    })
    asked.on('error', () => once({}))
    asked.on('timeout', () => asked.destroy())
    asked.end(body)
    return
  }
  let text = '', timer
  const end = () => { socket.destroy(); once({ data: text }) }
  const socket = net.connect(to, host, () => socket.write(data, 'latin1'))
  socket.on('data', (part) => { text += part.toString('latin1'); clearTimeout(timer); timer = setTimeout(end, ${SILENCE}) })
  socket.on('error', end)
  socket.on('close', end)
  socket.setTimeout(2000, end)
})`

let thread: { port: MessagePort; flag: Int32Array } | undefined

function threadOf(): NonNullable<typeof thread> {
  if (thread) return thread
  const { port1, port2 } = new MessageChannel()
  const flag = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(SCRIPT, { eval: true, workerData: { port: port2, flag }, transferList: [port2] })
  worker.unref()
  port1.unref()
  thread = { port: port1, flag }
  return thread
}

/** Undefined when nobody answered in time. */
function ask<T>(question: Question): T | undefined {
  const { port, flag } = threadOf()
  Atomics.store(flag, 0, 0)
  port.postMessage(question)
  if (Atomics.wait(flag, 0, 0, PATIENCE + 1000) === 'timed-out') {
    // A late answer must not be taken for that of the next question.
    thread = undefined
    return undefined
  }
  return receiveMessageOnPort(port)?.message as T | undefined
}

/** Host and port of `127.0.0.1:3000`. */
export function splitAddress(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) }
}

/** What is answered when nobody listens at the address. */
export function nobodyThere(address: string): HttpResponse {
  return { status: 502, headers: { 'content-type': 'text/plain' }, body: `no process answers on ${address}\n` }
}

/** Status 502 when nobody answers there. */
export function requestLocalProcess(address: string, { method, path, headers, body }: HttpRequest): HttpResponse {
  const answer = ask<{ status?: number; headers?: Record<string, string | string[]>; body?: string }>({
    ...splitAddress(address),
    request: { method, path, headers, body },
  })
  if (!answer?.status) return nobodyThere(address)
  const shown = Object.entries(answer.headers ?? {}).filter(([name]) => name !== 'transfer-encoding' && name !== 'connection')
  return {
    status: answer.status,
    headers: Object.fromEntries(shown.map(([n, v]) => [n, Array.isArray(v) ? v.join(', ') : v])),
    body: answer.body ?? '',
  }
}

export function streamLocalProcess(address: string, data: string): string {
  return ask<{ data: string }>({ ...splitAddress(address), data })?.data ?? ''
}
