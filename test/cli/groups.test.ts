// The program itself, groups of commands, unknown words and plugins.
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { findCommand } from '../../src/cli/find-command'
import { pluginFiles, pluginGroups } from '../../src/cli/plugins'
import type { Host } from '../../src/env'
import { type Shell, shell } from '../commands/shell'

describe('finding the command', () => {
  test.each([
    ['get pods', 'get', ['pods']],
    ['-n x get pods', 'get', ['-n', 'x', 'pods']],
    ['--namespace=x get -o wide pods', 'get', ['--namespace=x', '-o', 'wide', 'pods']],
    ['create --dry-run=client svc nodeport web', 'create service nodeport', ['--dry-run=client', 'web']],
    ['create -f deployment x', 'create', ['-f', 'deployment', 'x']],
    ['create -f x -- deployment', 'create', ['-f', 'x', '--', 'deployment']],
    ['rollout -v 1 status deploy x', 'rollout status', ['-v', '1', 'deploy', 'x']],
    ['--foo get', '', ['--foo', 'get']],
    ['run -it x', 'run', ['-it', 'x']],
  ])('%s', (line, command, rest) => {
    const found = findCommand(line.split(' '))
    expect([found.path, found.rest]).toEqual([command, rest])
  })
})

describe('answers', () => {
  let box: Shell
  beforeAll(() => {
    box = shell()
  })
  afterAll(() => box.remove())

  const suggest = (word: string, ...meant: string[]) =>
    `error: unknown command "${word}" for "kubectl"${meant.length ? `\n\nDid you mean this?\n${meant.map((name) => `\t${name}\n`).join('')}` : '\n'}[exit 1]`

  test.each([
    ['versionn', suggest('versionn', 'version')],
    ['lst', suggest('lst', 'set', 'get')],
    ['list', suggest('list', 'get')],
    ['inspect', suggest('inspect', 'describe')],
    ['stats', suggest('stats', 'top')],
    ['rm', suggest('rm', 'run', 'delete', 'cp')],
    ['Get', suggest('Get', 'set', 'get')],
    ['ap', suggest('ap', 'top', 'cp', 'apply', 'api-versions', 'api-resources')],
    ['nothing-like-it', suggest('nothing-like-it')],
    ['--foo=bar nothing-like-it', 'Error: flags cannot be placed before plugin name: --foo=bar\n[exit 1]'],
    ['rollout foo', `error: unknown command "foo"\nSee 'kubectl rollout -h' for help and examples\n[exit 1]`],
    ['config foo bar', `error: unknown command "foo bar"\nSee 'kubectl config -h' for help and examples\n[exit 1]`],
    ['create foo', `error: Unexpected args: [foo]\nSee 'kubectl create -h' for help and examples\n[exit 1]`],
    ['alpha', 'No alpha commands are available in this version of kubectl\n'],
    ['alpha --help', 'No alpha commands are available in this version of kubectl\n'],
    ['options --help', ''],
    ['completion', `error: Shell not specified.\nSee 'kubectl completion -h' for help and examples\n[exit 1]`],
    ['completion tcsh', `error: Unsupported shell type "tcsh".\nSee 'kubectl completion -h' for help and examples\n[exit 1]`],
    [
      'create service',
      `Create a service using a specified subcommand.

Aliases:
service, svc

Available Commands:
  clusterip      Create a ClusterIP service
  externalname   Create an ExternalName service
  loadbalancer   Create a LoadBalancer service
  nodeport       Create a NodePort service

Usage:
  kubectl create service [flags] [options]

Use "kubectl create service <command> --help" for more information about a given command.
Use "kubectl options" for a list of global command-line options (applies to all commands).
[exit 1]`,
    ],
  ])('kubectl %s', async (line, answer) => {
    expect(await box.kubectl(line)).toBe(answer)
  })

  test.each([
    ['auth', 'err', 1],
    ['config', 'err', 1],
    ['create secret', 'err', 1],
    ['kuberc', 'err', 1],
    ['plugin', 'err', 1],
    ['set', 'err', 1],
    ['top', 'err', 1],
    ['rollout', 'out', 1],
    ['', 'out', 0],
    ['help', 'out', 0],
    ['help create', 'out', 0],
    ['help create nothing', 'out', 0],
    ['help nothing', 'err', 0],
  ])('the help of `kubectl %s` goes to std%s, exit code %i', async (line, stream, exitCode) => {
    const { out, err, code } = await box.streams(line)
    expect([out === '', err === '', code]).toEqual([stream === 'err', stream === 'out', exitCode])
  })

  test('--help of a group goes to stdout', async () => {
    const { out, code } = await box.streams('create service --help')
    expect([out.split('\n')[0], code]).toEqual(['Create a service using a specified subcommand.', 0])
  })
})

describe('plugins', () => {
  let dir: string
  let host: Host
  beforeAll(() => {
    dir = fs.mkdtempSync(path.join(os.tmpdir(), 'kubesim-plugins-'))
    for (const [name, mode] of Object.entries({
      'kubectl-foo': 0o755,
      'kubectl-foo_bar-baz': 0o755,
      'kubectl-get-x': 0o755,
      'kubectl-version': 0o755,
      'kubectl-no': 0o644,
    })) {
      fs.writeFileSync(path.join(dir, name), '#!/bin/sh\n', { mode })
    }
    fs.mkdirSync(path.join(dir, 'kubectl-directory'))
    host = { variables: { PATH: [dir, dir, '/does/not/exist'].join(path.delimiter) } } as unknown as Host
  })
  afterAll(() => fs.rmSync(dir, { recursive: true }))

  test('are listed once, without directories', () => {
    expect(pluginFiles(host).map((file) => path.basename(file))).toEqual([
      'kubectl-foo',
      'kubectl-foo_bar-baz',
      'kubectl-get-x',
      'kubectl-no',
      'kubectl-version',
    ])
  })

  test('stand in the program’s help by their first word', () => {
    expect(pluginGroups(host).map(([name]) => name)).toEqual(['foo', 'foo-bar', 'no', 'version'])
  })

  test('plugin list warns', async () => {
    const box = shell()
    const { out, err, code } = await box.streams('plugin list --name-only', { PATH: `${dir}:/does/not/exist` })
    expect(out).toBe(
      'The following compatible plugins are available:\n\nkubectl-foo\nkubectl-foo_bar-baz\nkubectl-get-x\nkubectl-no\nkubectl-version\n',
    )
    expect(
      err.replaceAll(dir, 'DIR'),
    ).toBe(`Unable to read directory "/does/not/exist" from your PATH: open /does/not/exist: no such file or directory. Skipping...
  - warning: kubectl-get-x overwrites existing command: "kubectl get"
  - warning: DIR/kubectl-no identified as a kubectl plugin, but it is not executable
  - warning: kubectl-version overwrites existing command: "kubectl version"
error: 3 plugin warnings were found
`)
    expect(code).toBe(1)
    box.remove()
  })
})
