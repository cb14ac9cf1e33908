// kubectl create secret tls: a certificate and its key. Upstream: kubectl/pkg/cmd/create/create_secret_tls.go, crypto/tls X509KeyPair.

import crypto, { type KeyObject, type X509Certificate } from 'node:crypto'
import path from 'node:path'
import type { Command, CommandContext } from '../cli/context'
import { nameOf } from '../cli/generate'
import { generateSecret } from '../cli/generate-secret'
import { readBounded } from '../cli/read-file'
import { CommandError } from '../errors'
import { goReason } from '../lib/os-errors'

function read(context: CommandContext, file: string): Buffer {
  try {
    return readBounded(path.resolve(context.host.cwd, file))
  } catch (error) {
    throw new CommandError(`Cannot read file ${file}, open ${file}: ${goReason(error)}`)
  }
}

/** Throws CommandError when the two are no pair. */
function checkPair(cert: Buffer, key: Buffer): void {
  if (!/-----BEGIN CERTIFICATE-----/.test(cert.toString('latin1'))) {
    throw new CommandError('tls: failed to find any PEM data in certificate input')
  }
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key.toString('latin1'))) {
    throw new CommandError('tls: failed to find any PEM data in key input')
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
