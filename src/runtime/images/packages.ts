// apk, apt-get, dnf: "installing" puts the commands of well-known packages into the container.
import type { Command } from '../process'

const PACKAGES: Record<string, string[]> = {
  curl: ['curl'],
  wget: ['wget'],
  dnsutils: ['dig', 'nslookup', 'host'],
  'bind9-dnsutils': ['dig', 'nslookup', 'host'],
  'bind-tools': ['dig', 'nslookup', 'host'],
  'bind-utils': ['dig', 'nslookup', 'host'],
  'bind9-host': ['host'],
  'iputils-ping': ['ping'],
  iputils: ['ping'],
  'inetutils-ping': ['ping'],
  iproute2: ['ip', 'ss'],
  iproute: ['ip', 'ss'],
  'net-tools': ['ifconfig', 'netstat', 'route', 'arp'],
  procps: ['ps', 'pgrep', 'pkill', 'top', 'free', 'uptime', 'watch'],
  netcat: ['nc', 'netcat'],
  'netcat-openbsd': ['nc', 'netcat'],
  'netcat-traditional': ['nc', 'netcat'],
  nmap: ['ncat'],
  'nmap-ncat': ['nc', 'ncat'],
  telnet: ['telnet'],
  traceroute: ['traceroute'],
  psmisc: ['killall'],
  bash: ['bash'],
  'ca-certificates': [],
}

export const packageManager: Command = (io) => {
  const words = io.args.filter((a) => !a.startsWith('-'))
  const [verb, ...names] = words
  const apk = io.name.endsWith('apk')
  if (verb === 'update' || verb === 'makecache') {
    io.out(apk ? 'OK: 24168 distinct packages available\n' : 'Reading package lists... Done\n')
    return 0
  }
  if (verb !== 'install' && verb !== 'add') return 0
  const unknown = names.find((n) => !Object.hasOwn(PACKAGES, n.split('=')[0]))
  if (unknown) {
    io.err(
      apk
        ? `ERROR: unable to select packages:\n  ${unknown} (no such package):\n    required by: world[${unknown}]\n`
        : `E: Unable to locate package ${unknown}\n`,
    )
    return apk ? 1 : 100
  }
  for (const name of names) {
    for (const command of PACKAGES[name.split('=')[0]]) io.files.write(`/usr/bin/${command}`, '', 0o755)
    io.out(apk ? `(1/1) Installing ${name}\n` : `Setting up ${name} ...\n`)
  }
  if (apk) io.out('OK: 12 MiB in 24 packages\n')
  return 0
}
