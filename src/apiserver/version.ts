// The version of the cluster and of its client, as `/version` and `kubectl version` tell it.

export const KUSTOMIZE_VERSION = 'v5.8.1'

const BUILD = {
  gitVersion: 'v1.37.2',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2026-10-28T12:45:22Z',
  goVersion: 'go1.26.8',
  compiler: 'gc',
  platform: 'linux/amd64',
}

/** As version.Info, members in Go's order. */
export function clientVersion(): Record<string, string> {
  return { major: '1', minor: '37', ...BUILD }
}

export function serverVersion(): Record<string, string> {
  return {
    major: '1',
    minor: '37',
    emulationMajor: '1',
    emulationMinor: '37',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '36',
    ...BUILD,
  }
}
