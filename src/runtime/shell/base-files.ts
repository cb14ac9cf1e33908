// The files every image of a userland holds: /etc, home directories, the executables' names.
import type { Image, Userland } from '../process'
import { parentOf, type Tree } from '../tree'
import { accountFiles } from './accounts'
import { commandNames } from './catalogue'

const made = new WeakMap<Image, Tree>()

/** What the image itself holds, before anything is written; computed once an image. */
export function baseFiles(image: Image): Tree {
  let tree = made.get(image)
  if (!tree) {
    tree = new Map()
    for (const directory of [
      'dev',
      'etc',
      'proc',
      'sys',
      'tmp',
      'root',
      'run',
      'var',
      'home',
      'usr',
      'opt',
      'mnt',
      'srv',
      'media',
      'var/run',
      'var/log',
      'var/lib',
      'var/cache',
      'var/tmp',
      'usr/local',
      'usr/share',
      'usr/local/bin',
      'usr/lib',
      'lib',
    ])
      tree.set(`/${directory}`, { d: 1, ...(/tmp$/.test(directory) ? { m: 0o1777 } : directory === 'root' ? { m: 0o700 } : {}) })
    const userland = image.userland ?? 'none'
    for (const [path, text] of Object.entries(systemFiles(userland))) tree.set(path, { t: text })
    if (userland === 'debian') {
      tree.set('/bin', { l: 'usr/bin' })
      tree.set('/sbin', { l: 'usr/sbin' })
      tree.set('/usr/sbin', { d: 1 })
      tree.set('/lib', { l: 'usr/lib' })
    }
    if (userland !== 'none') {
      for (const name of commandNames(image)) tree.set(`${directoryOf(userland, name)}/${name}`, { t: '', m: 0o755 })
    }
    for (const [path, text] of Object.entries(image.files ?? {}))
      if (path.endsWith('/')) tree.set(path.slice(0, -1), { d: 1 })
      else tree.set(path, { t: text, ...(path.endsWith('.sh') || /\/s?bin\//.test(path) ? { m: 0o755 } : {}) })
    for (const path of [...tree.keys()]) {
      for (let up = parentOf(path); up !== '/' && !tree.has(up); up = parentOf(up)) tree.set(up, { d: 1 })
    }
  }
  made.set(image, tree)
  return tree
}

/** Where a userland keeps a command. */
export function directoryOf(userland: Userland, name: string): string {
  if (userland === 'busybox') return '/bin'
  if (userland === 'alpine')
    return [
      'sh',
      'ash',
      'cat',
      'ls',
      'echo',
      'sleep',
      'date',
      'cp',
      'mv',
      'rm',
      'mkdir',
      'ps',
      'kill',
      'grep',
      'sed',
      'ping',
      'hostname',
      'true',
      'false',
      'pwd',
      'stat',
      'touch',
      'uname',
    ].includes(name)
      ? '/bin'
      : '/usr/bin'
  return '/usr/bin'
}

function systemFiles(userland: Userland): Record<string, string> {
  const files = accountFiles(userland)
  if (userland === 'none') return files
  files['/etc/nsswitch.conf'] = 'hosts: files dns\n'
  files['/etc/shadow'] = 'root:*:19000:0:99999:7:::\n'
  if (userland === 'alpine') {
    files['/etc/alpine-release'] = '3.20.3\n'
    files['/etc/os-release'] =
      'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.3\nPRETTY_NAME="Alpine Linux v3.20"\nHOME_URL="https://alpinelinux.org/"\n'
  } else if (userland === 'debian') {
    files['/etc/debian_version'] = '12.7\n'
    files['/etc/os-release'] =
      'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nVERSION="12 (bookworm)"\nVERSION_CODENAME=bookworm\nID=debian\nHOME_URL="https://www.debian.org/"\n'
  }
  return files
}
