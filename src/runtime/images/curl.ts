// curlimages/curl and its like: Alpine with curl.
import type { Image } from '../process'
import { accountFiles } from '../shell/accounts'
import { extraCommands } from '../shell/catalogue'

const accounts = accountFiles('alpine')

export const curlImage: Image = {
  repositories: ['curlimages/curl', 'alpine/curl', 'appropriate/curl', 'quay.io/curl/curl', 'badouralix/curl-jq'],
  entrypoint: ['/entrypoint.sh'],
  command: ['curl'],
  sizeBytes: 9_155_220,
  userland: 'alpine',
  user: 'curl_user',
  commands: extraCommands('curl'),
  files: {
    '/etc/passwd': `${accounts['/etc/passwd']}curl_user:x:100:101:Linux User,,,:/home/curl_user:/sbin/nologin\n`,
    '/etc/group': `${accounts['/etc/group']}curl_group:x:101:curl_user\n`,
    '/entrypoint.sh': '#!/bin/sh\nif [ "${1#-}" != "${1}" ] || ! command -v "${1}" >/dev/null; then set -- curl "$@"; fi\nexec "$@"\n',
  },
}
