// A real server on this machine behind a container's port. Programs answer at once, so the talk is had in a child process and waited for.
import { spawnSync } from 'node:child_process'
import type { HttpRequest, HttpResponse } from './process'

/** It is given this long to answer, ms. */
const PATIENCE = 10_000

const HTTP = `const http=require('http');const q=JSON.parse(require('fs').readFileSync(0,'utf8'));
const r=http.request({host:q.host,port:q.port,method:q.method,path:q.path,headers:q.headers,timeout:${PATIENCE}},a=>{const p=[];a.on('data',d=>p.push(d));
a.on('end',()=>process.stdout.write(JSON.stringify({status:a.statusCode,headers:a.headers,body:Buffer.concat(p).toString()})))});
r.on('error',()=>process.stdout.write('{}'));r.on('timeout',()=>r.destroy());r.end(q.body)`

const STREAM = `const net=require('net');const q=JSON.parse(require('fs').readFileSync(0,'utf8'));const s=net.connect(q.port,q.host,()=>s.write(q.data));
let t;s.on('data',d=>{process.stdout.write(d);clearTimeout(t);t=setTimeout(()=>s.destroy(),150)});s.on('error',()=>{});s.setTimeout(2000,()=>s.destroy())`

function ask(script: string, question: object): string {
  const { stdout } = spawnSync(process.execPath, ['-e', script], { input: JSON.stringify(question), timeout: PATIENCE, encoding: 'utf8' })
  return stdout ?? ''
}

function split(address: string): { host: string; port: number } {
  const at = address.lastIndexOf(':')
  return { host: address.slice(0, at), port: Number(address.slice(at + 1)) }
}

/** Status 502 when nobody answers there. */
export function requestLocalProcess(address: string, request: HttpRequest): HttpResponse {
  const { method, path, body, headers } = request
  const answer = JSON.parse(ask(HTTP, { ...split(address), method, path, body, headers }) || '{}') as Partial<HttpResponse> & {
    headers?: Record<string, unknown>
  }
  if (!answer.status) return { status: 502, headers: { 'content-type': 'text/plain' }, body: `no process answers on ${address}\n` }
  const shown = Object.entries(answer.headers ?? {}).filter(([name]) => name !== 'transfer-encoding' && name !== 'connection')
  return {
    status: answer.status,
    headers: Object.fromEntries(shown.map(([n, v]) => [n, Array.isArray(v) ? v.join(', ') : String(v)])),
    body: answer.body ?? '',
  }
}

export function streamLocalProcess(address: string, data: string): string {
  return ask(STREAM, { ...split(address), data })
}
