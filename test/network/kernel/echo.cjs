// Runs in a Pod's network namespace: answers on TCP and UDP ports with the Pod's name and the address it sees.
const dgram = require('node:dgram')
const net = require('node:net')
const [name, ...ports] = process.argv.slice(2)
const plain = (address) => address.replace('::ffff:', '')
let waiting = ports.length * 2
const up = () => --waiting === 0 && process.stdout.write('up\n')
for (const port of ports.map(Number)) {
  net
    .createServer((socket) => {
      socket.on('error', () => {})
      socket.end(`${name} ${plain(socket.remoteAddress)}`)
    })
    .listen(port, '0.0.0.0', up)
  const udp = dgram.createSocket('udp4')
  udp.on('message', (_bytes, from) => udp.send(`${name} ${plain(from.address)}`, from.port, from.address))
  udp.bind(port, '0.0.0.0', up)
}
