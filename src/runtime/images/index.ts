// The image catalogue: every image kubesim knows how to run, in order, and what stands in for the others.
import type { Records } from '../../api/contracts'
import type { Image } from '../process'
import { agnhost, livenessImage, serveHostnameImage } from './agnhost'
import { alpine, bash, busybox, curlImage, debian, golang, helloWorld, java, networkTools, node, pause, php, ruby } from './base'
import { mariadb, memcached, mysql, postgres } from './databases'
import { generic } from './generic'
import { goDemo2 } from './go-demo-2'
import { mongo } from './mongo'
import { nginx } from './nginx'
import { perl, python } from './python'
import { redis } from './redis'
import { digestOf, parseReference, type Reference } from './reference'
import { apiserver, controllerManager, coredns, etcd, kindnet, kubeProxy, localPath, metricsServer, scheduler } from './system'
import { bootcamp, helloApp, hpaExample, httpd, httpEcho, jmallocEcho, kicbaseEcho, nginxHello, whoami } from './web'

/** In the order of `kubesim image list`. */
export const IMAGES: Image[] = [
  goDemo2,
  mongo,
  nginx,
  httpd,
  redis,
  busybox,
  alpine,
  debian,
  bash,
  curlImage,
  networkTools,
  agnhost,
  livenessImage,
  serveHostnameImage,
  httpEcho,
  whoami,
  kicbaseEcho,
  jmallocEcho,
  helloApp,
  bootcamp,
  nginxHello,
  hpaExample,
  postgres,
  mysql,
  mariadb,
  memcached,
  node,
  python,
  golang,
  ruby,
  java,
  php,
  perl,
  helloWorld,
  pause,
  coredns,
  kubeProxy,
  apiserver,
  controllerManager,
  scheduler,
  etcd,
  kindnet,
  localPath,
  metricsServer,
]

/** Docker's official images are a closed list: a name without an owner that is not among them cannot be pulled. */
const OFFICIAL =
  'adminer aerospike almalinux alpine alt amazoncorretto amazonlinux api-firewall arangodb archlinux backdrop bash bonita buildpack-deps busybox caddy cassandra centos chronograf cirros clearlinux clefos clojure composer consul convertigo couchbase couchdb crate dart debian docker drupal eclipse-mosquitto eclipse-temurin eggdrop elasticsearch elixir emqx erlang fedora flink fluentd friendica gazebo gcc geonetwork ghost golang gradle groovy haproxy haskell haxe hello-world hitch httpd hylang ibmjava influxdb irssi jetty joomla jobber jenkins jruby julia kapacitor kibana kong krakend lightstreamer liquibase logstash mageia mariadb matomo maven mediawiki memcached mongo mongo-express monica mono mysql nats nats-streaming neo4j neurodebian nextcloud nginx node notary odoo open-liberty openjdk oraclelinux orientdb percona perl photon php phpmyadmin plone postfixadmin postgres pypy python r-base rabbitmq rakudo-star redis redmine registry rethinkdb rocket.chat rockylinux ros ruby rust sapmachine satosa scratch silverpeas solr sonarqube spark spiped storm swift swipl teamspeak telegraf tomcat tomee traefik ubuntu unit varnish vault websphere-liberty wordpress xwiki yourls znc zookeeper'

export interface FoundImage {
  image: Image
  reference: Reference
  /** False when the generic stand-in was taken. */
  known: boolean
  /** `sha256:…`, as `imageID` in a container's status. */
  id: string
}
export type ImageLookup = FoundImage | { missing: 'invalid' | 'not found'; message: string }

/**
 * The image behind a name. `strict` (KUBESIM_PULL=strict) leaves unknown images missing; `records` holds the user's own
 * (`kubesim image add`). The message of a missing one follows containerd's.
 */
export function imageOf(name: string, _records?: Records, strict = false): ImageLookup {
  const reference = parseReference(name)
  if ('error' in reference) return { missing: 'invalid', message: `couldn't parse image name "${name}": ${reference.error}` }
  const image = IMAGES.find((i) => i.repositories.includes(reference.familiar))
  const found = { reference, id: `sha256:${digestOf(reference.canonical)}` }
  if (image && image.hasTag?.(reference.tag ?? 'latest') !== false) return { ...found, image, known: true }
  const official = reference.repository.startsWith('library/') && reference.registry === 'docker.io'
  if (image || strict || (official && !` ${OFFICIAL} `.includes(` ${reference.familiar} `))) {
    const c = reference.canonical
    return {
      missing: 'not found',
      message: `rpc error: code = NotFound desc = failed to pull and unpack image "${c}": failed to resolve reference "${c}": ${c}: not found`,
    }
  }
  return { ...found, image: generic, known: false }
}
