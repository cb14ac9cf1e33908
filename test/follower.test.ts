// A long-running command goes on reading a state too large to be read at once.
import { ClusterFile } from '../src/cluster-file'
import { Follower } from '../src/follower'
import { shell } from './commands/shell'

test('the cluster that is followed stays readable, before and after others change it', () => {
  const box = shell()
  try {
    const file = new ClusterFile(box.host(), box.path('state.json'))
    const make = (name: string) =>
      file.write(({ server }) =>
        server.create(
          { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' }, data: { a: 'x'.repeat(700_000) } } as never,
          { manager: 'test' },
        ),
      )
    make('one')
    const follower = new Follower(file)
    const before = follower.current()
    make('two')
    const seen = (cluster: typeof before) => cluster.view.list('configmaps', 'default').map(({ metadata }) => metadata.name)
    // The file is looked at again after a moment's patience.
    let after = follower.current()
    while (after === before) after = follower.current()
    expect(seen(after)).toEqual(['kube-root-ca.crt', 'one', 'two'])
    expect(seen(before)).toEqual(['kube-root-ca.crt', 'one'])
    after.state.close()
  } finally {
    box.remove()
  }
})
