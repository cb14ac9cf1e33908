// The image catalogue: every image kubesim knows how to run, in order, and what stands in for the others.
import type { Records } from '../../api/contracts'
import { parseReference, type Reference } from '../../lib/image-reference'
import type { Image } from '../process'
import { agnhost } from './agnhost'
import { alpine } from './alpine'
import { bash } from './bash'
import { busybox } from './busybox'
import { coredns } from './coredns'
import { curlImage } from './curl'
import { debian } from './debian'
import { digestOf } from './digest'
import { etcd } from './etcd'
import { generic } from './generic'
import { goDemo2 } from './go-demo-2'
import { golang } from './golang'
import { helloApp } from './hello-app'
import { helloWorld } from './hello-world'
import { hpaExample } from './hpa-example'
import { httpEcho } from './http-echo'
import { httpd } from './httpd'
import { java } from './java'
import { jmallocEcho } from './jmalloc-echo-server'
import { kicbaseEcho } from './kicbase-echo-server'
import { kindnet } from './kindnet'
import { apiserver } from './kube-apiserver'
import { controllerManager } from './kube-controller-manager'
import { kubeProxy } from './kube-proxy'
import { scheduler } from './kube-scheduler'
import { bootcamp } from './kubernetes-bootcamp'
import { livenessImage } from './liveness'
import { localPath } from './local-path-provisioner'
import { mariadb } from './mariadb'
import { memcached } from './memcached'
import { metricsServer } from './metrics-server'
import { mongo } from './mongo'
import { mysql } from './mysql'
import { networkTools } from './network-tools'
import { nginx } from './nginx'
import { nginxHello } from './nginx-hello'
import { node } from './node'
import { packageManager } from './packages'
import { pause } from './pause'
import { perl } from './perl'
import { php } from './php'
import { postgres } from './postgres'
import { python } from './python'
import { redis } from './redis'
import { RPM_DISTRIBUTIONS } from './rpm-distributions'
import { ruby } from './ruby'
import { serveHostnameImage } from './serve-hostname'
import { stress } from './stress'
import { ubuntu } from './ubuntu'
import { userImage } from './user'
import { whoami } from './whoami'

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
  ubuntu,
  ...RPM_DISTRIBUTIONS,
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
  stress,
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

let byName: Map<string, Image> | undefined

function builtIn(name: string): Image | undefined {
  byName ??= new Map(IMAGES.flatMap((image) => image.repositories.map((repository): [string, Image] => [repository, image])))
  return byName.get(name)
}

const variants = new WeakMap<Image, Map<string, Image>>()

/** An image as one of its tags has it: Alpine's commands in `…-alpine`, its own version. The same object for the same tag. */
function variantOf(image: Image, tag: string): Image {
  const alpine = /alpine/.test(tag) && image.userland === 'debian'
  if (!alpine && !image.variant) return image
  const known = variants.get(image) ?? new Map<string, Image>()
  variants.set(image, known)
  let variant = known.get(tag)
  if (!variant) {
    variant = {
      ...image,
      ...(alpine ? { userland: 'alpine' as const, commands: { ...image.commands, apk: packageManager } } : {}),
      ...image.variant?.(tag),
    }
    known.set(tag, variant)
  }
  return variant
}

export interface FoundImage {
  image: Image
  reference: Reference
  /** False when the generic stand-in was taken. */
  known: boolean
  /** `sha256:…`, as `imageID` in a container's status. */
  id: string
}
export type ImageLookup = FoundImage | { missing: 'invalid' | 'not found'; message: string }

type Read = { reference: Reference; id: string } | { error: string }

/** Names read before: Pods of many containers name the same one over and over. */
const names = new Map<string, Read>()
const MOST_NAMES = 1000

function readName(name: string): Read {
  const known = names.get(name)
  if (known) return known
  const reference = parseReference(name)
  const read = 'error' in reference ? reference : { reference, id: `sha256:${digestOf(reference.canonical)}` }
  if (names.size >= MOST_NAMES) names.clear()
  names.set(name, read)
  return read
}

/**
 * The image behind a name. `strict` (KUBESIM_PULL=strict) leaves unknown images missing; `records` holds the user's own
 * (`kubesim image add`). The message of a missing one follows containerd's.
 */
export function imageOf(name: string, records?: Records, strict = false): ImageLookup {
  const found = readName(name)
  if ('error' in found) return { missing: 'invalid', message: `couldn't parse image name "${name}": ${found.error}` }
  const { reference } = found
  const image = (records && userImage(records, reference.familiar)) ?? builtIn(reference.familiar)
  const tag = reference.tag ?? 'latest'
  if (image && image.hasTag?.(tag) !== false) return { ...found, image: variantOf(image, tag), known: true }
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
