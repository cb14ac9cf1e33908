// Is a text an IP address? As node:net answers it, without loading node:net, which takes as long as a short command's work.

const OCTET = /^(0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/
const GROUP = /^[0-9a-fA-F]{1,4}$/
const ZONE = /^%[0-9a-zA-Z.:-]+$/

/** 4, 6, or 0 for none. */
export function isIP(text: string): 0 | 4 | 6 {
  return isIPv4(text) ? 4 : isIPv6(text) ? 6 : 0
}

export function isIPv4(text: string): boolean {
  const octets = text.split('.')
  return octets.length === 4 && octets.every((octet) => OCTET.test(octet))
}

export function isIPv6(text: string): boolean {
  const percent = text.indexOf('%')
  if (percent >= 0 && !ZONE.test(text.slice(percent))) return false
  const halves = (percent < 0 ? text : text.slice(0, percent)).split('::')
  if (halves.length > 2 || (halves.length === 1 && halves[0] === '')) return false
  let groups = 0
  for (const [i, half] of halves.entries()) {
    if (half === '') continue
    const parts = half.split(':')
    for (const [k, part] of parts.entries()) {
      const last = i === halves.length - 1 && k === parts.length - 1
      if (last && part.includes('.')) {
        if (!isIPv4(part)) return false
        groups += 2
      } else if (GROUP.test(part)) groups++
      else return false
    }
  }
  return halves.length === 2 ? groups < 8 : groups === 8
}
