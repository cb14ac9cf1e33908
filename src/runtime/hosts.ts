// Addresses and the hosts file.

export function isAddress(host: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || (host.includes(':') && /^[0-9a-fA-F:.]+$/.test(host))
}

/** The first IPv4 address that a hosts file gives a name. */
export function hostsEntry(file: string, host: string): string | undefined {
  const wanted = host.toLowerCase().replace(/\.$/, '')
  for (const line of file.split('\n')) {
    const [ip, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (ip && !ip.includes(':') && names.some((n) => n.toLowerCase() === wanted)) return ip
  }
  return undefined
}
