// What is seen of HTTP that passes between others, however its bytes are cut.
import { HttpWatch } from '../../src/runtime/http-watch'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const GET = 'GET /a?b=c HTTP/1.1\r\nHost: x\r\n\r\n'
const CHUNKED = 'HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nHTTP/\r\n0\r\nTrailer: t\r\n\r\n'

const cases: { name: string; asked: string; answered: string; seen: string[] }[] = [
  { name: 'one request', asked: GET, answered: OK, seen: ['GET /a?b=c 200'] },
  { name: 'several on one connection', asked: GET + GET, answered: OK + CHUNKED + OK, seen: ['GET /a?b=c 200', 'GET /a?b=c 404'] },
  {
    name: 'a body that looks like a request',
    asked: `POST / HTTP/1.1\r\nContent-Length: ${GET.length}\r\n\r\n${GET}`,
    answered: OK + OK,
    seen: ['POST / 200'],
  },
  {
    name: 'a request in chunks, told to go on',
    asked: 'PUT /c HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n',
    answered: `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n${OK}`,
    seen: ['PUT /c 204', 'GET / 200'],
  },
  {
    name: 'HEAD has no body whatever its length',
    asked: `HEAD /h HTTP/1.0\r\n\r\n${GET}`,
    answered: `HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\nHTTP/1.1 304 Not Modified\r\n\r\n`,
    seen: ['HEAD /h 200', 'GET /a?b=c 304'],
  },
  { name: 'an answer up to the end', asked: GET + GET, answered: `HTTP/1.1 200 OK\r\n\r\n${OK}`, seen: ['GET /a?b=c 200'] },
  {
    name: 'what follows an upgrade is not HTTP',
    asked: `GET /ws HTTP/1.1\r\nUpgrade: websocket\r\n\r\n${GET}`,
    answered: `HTTP/1.1 101 Switching Protocols\r\n\r\n${OK}`,
    seen: ['GET /ws 101'],
  },
  { name: 'another protocol', asked: '\x16\x03\x01\n\n\n', answered: '\x15\x03\n\n', seen: [] },
  { name: 'HTTP/2', asked: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', answered: OK, seen: [] },
  { name: 'a head without end', asked: `GET / HTTP/1.1\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`, answered: OK, seen: [] },
  { name: 'a length that is none', asked: `POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n${GET}`, answered: OK + OK, seen: ['POST / 200'] },
]

describe.each([1, 7, 100_000])('in pieces of %i bytes', (size) => {
  test.each(cases)('$name', ({ asked, answered, seen }) => {
    const got: string[] = []
    const watch = new HttpWatch(({ method, path, status }) => void got.push(`${method} ${path} ${status}`))
    for (let i = 0; i < asked.length; i += size) watch.asked(asked.slice(i, i + size))
    for (let i = 0; i < answered.length; i += size) watch.answered(answered.slice(i, i + size))
    expect(got).toEqual(seen)
  })
})
