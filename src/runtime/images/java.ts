// openjdk and other builds of it.
import { language } from './language'

const says = (version: string) => `openjdk ${version} 2025-10-21`

export const java = language({
  repositories: ['openjdk', 'eclipse-temurin', 'amazoncorretto'],
  command: ['jshell'],
  says: { java: says, javac: (v) => `javac ${v}`, jshell: (v) => `jshell ${v}` },
  last: { '25': '25.0.1', '21': '21.0.9', '17': '17.0.17', '11': '11.0.29', '8': '1.8.0_472' },
  latest: '25.0.1',
  variables: () => ({
    PATH: '/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    JAVA_HOME: '/opt/java/openjdk',
    LANG: 'en_US.UTF-8',
  }),
  sizeBytes: 240_000_000,
})
