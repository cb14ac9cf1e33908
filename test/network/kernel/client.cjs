// Runs in any network namespace: makes connections, those to one target one after the other, and prints what came of each as JSON.
const dgram = require('node:dgram')
const net = require('node:net')
const [asked, patience] = [JSON.parse(process.argv[2]), Number(process.argv[3])]

function tcp(ip, port, source) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: ip, port, localAddress: source })
    let text = ''
    const finish = (result) => {
      clearTimeout(timer)
      socket.destroy()
      resolve(result)
    }
    const timer = setTimeout(() => finish('dropped'), patience)
    socket.on('data', (bytes) => (text += bytes))
    socket.on('end', () => finish(text))
    socket.on('error', (error) => finish(error.code === 'ECONNREFUSED' ? 'refused' : error.code))
  })
}

function udp(ip, port) {
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4')
    const finish = (result) => {
      clearTimeout(timer)
      socket.close()
      resolve(result)
    }
    const timer = setTimeout(() => finish('dropped'), patience)
    socket.on('message', (bytes) => finish(String(bytes)))
    socket.on('error', (error) => finish(error.code === 'ECONNREFUSED' ? 'refused' : error.code))
    socket.connect(port, ip, () => socket.send('?'))
  })
}

async function ask({ ip, port, protocol, times, source }) {
  const seen = []
  for (let i = 0; i < times; i++) {
    seen.push(await (protocol === 'UDP' ? udp : tcp)(ip, port, source))
    if (seen.includes('dropped')) break
  }
  return seen
}

// Each target for itself: those that answer nothing take their time.
Promise.all(asked.map(ask)).then((results) => process.stdout.write(JSON.stringify(results)))
