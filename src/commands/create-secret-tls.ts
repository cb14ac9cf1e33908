// kubectl create secret tls: a certificate and its key. Upstream: kubectl/pkg/cmd/create/create_secret_tls.go, crypto/tls X509KeyPair.

import crypto, { type KeyObject, type X509Certificate } from 'node:crypto'
import path from 'node:path'
import type { Command, CommandContext } from '../cli/context'
import { nameOf } from '../cli/generate'
import { generateSecret } from '../cli/generate-secret'
import { readBounded } from '../cli/read-file'
import { CommandError } from '../errors'
import { fileFailure } from '../lib/os-errors'

function read(context: CommandContext, file: string): Buffer {
  try {
    return readBounded(path.resolve(context.host.cwd, file))
  } catch (error) {
    throw new CommandError(`Cannot read file ${file}, ${fileFailure(file, error)}`)
  }
}

/** What the PEM blocks say they are, in order. */
function pemTypes(data: Buffer): string[] {
  return [...data.toString('latin1').matchAll(/^-----BEGIN ([^\n]*?)-----\s*$/gm)].map(([, type]) => type)
}

function isKeyType(type: string): boolean {
  return type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')
}

/** Throws CommandError when the two are no pair. */
function checkPair(cert: Buffer, key: Buffer): void {
  const certTypes = pemTypes(cert)
  const keyTypes = pemTypes(key)
  if (!certTypes.includes('CERTIFICATE')) {
    if (certTypes.length === 0) throw new CommandError('tls: failed to find any PEM data in certificate input')
    if (certTypes.length === 1 && certTypes[0].endsWith('PRIVATE KEY')) {
      const switched =
        'failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
      throw new CommandError(`tls: ${switched}`)
    }
    throw new CommandError(
      `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${certTypes.join(' ')}]`,
    )
  }
  if (!keyTypes.some(isKeyType)) {
    if (keyTypes.length === 0) throw new CommandError('tls: failed to find any PEM data in key input')
    if (keyTypes.length === 1 && keyTypes[0] === 'CERTIFICATE') {
      throw new CommandError('tls: found a certificate rather than a key in the PEM for the private key')
    }
    throw new CommandError(
      `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${keyTypes.join(' ')}]`,
    )
  }
  let certificate: X509Certificate
  let privateKey: KeyObject
  try {
    certificate = new crypto.X509Certificate(cert)
  } catch {
    throw new CommandError('x509: malformed certificate')
  }
  try {
    privateKey = crypto.createPrivateKey(key)
  } catch {
    throw new CommandError('tls: failed to parse private key')
  }
  if (!certificate.checkPrivateKey(privateKey)) throw new CommandError('tls: private key does not match public key')
}

function create(context: CommandContext): void {
  const { name } = nameOf(context)
  const [certFile, keyFile] = [context.flags.string('cert'), context.flags.string('key')]
  if (!keyFile || !certFile) throw new CommandError('key and cert must be specified')
  generateSecret(context, name, 'kubernetes.io/tls', (add) => {
    const cert = read(context, certFile)
    const key = read(context, keyFile)
    checkPair(cert, key)
    add('tls.crt', cert)
    add('tls.key', key)
  })
}

export const command: Command = { run: create }
