// curlimages/curl and its like: Alpine with curl.
import type { Image } from '../process'
import { extraCommands } from '../shell/catalogue'

export const curlImage: Image = {
  repositories: ['curlimages/curl', 'alpine/curl', 'appropriate/curl', 'quay.io/curl/curl', 'badouralix/curl-jq'],
  entrypoint: ['/entrypoint.sh'],
  command: ['curl'],
  sizeBytes: 9_155_220,
  userland: 'alpine',
  user: 'curl_user',
  commands: extraCommands('curl'),
  files: {
    '/entrypoint.sh': '#!/bin/sh\nif [ "${1#-}" != "${1}" ] || ! command -v "${1}" >/dev/null; then set -- curl "$@"; fi\nexec "$@"\n',
  },
}
