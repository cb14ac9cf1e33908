// The API as the cluster's own components use it: objects and events, written under the component's name.
import type { Client, DeleteOptions, EventForecast, NewEvent, NewObject } from '../api/contracts'
import type { KubeObject, Namespace, Service, StringMap } from '../api/types'
import { notFound } from '../errors'
import { forecastEvents, recordEvent } from './events'
import type { RequestOptions } from './options'
import type { ApiServer } from './server'

export class ComponentClient implements Client {
  constructor(
    private readonly server: ApiServer,
    /** Stands in events: `replicaset-controller`. */
    private readonly component: string,
    /** Stands in managed fields: `kube-controller-manager`, `kubelet`. */
    private readonly manager: string,
  ) {}

  get<T extends KubeObject>(resource: string, namespace: string | undefined, name: string): T | undefined {
    return this.server.storage.get<T>(resource, namespace, name)
  }
  list<T extends KubeObject>(resource: string, namespace?: string, values?: string[]): T[] {
    return this.server.storage.list<T>(resource, namespace, values)
  }
  ownedBy<T extends KubeObject>(uid: string, resource: string): T[] {
    return this.server.storage.ownedBy<T>(uid, resource)
  }
  mentioning<T extends KubeObject>(resource: string, namespace: string | undefined, text: string): T[] {
    return this.server.storage.mentioning<T>(resource, namespace, text)
  }
  servicesSelecting(namespace: string, labels: StringMap | undefined): Service[] {
    return this.server.storage.servicesSelecting(namespace, labels)
  }
  dependents(uid: string): { resource: string; object: KubeObject }[] {
    return this.server.storage.dependents(uid)
  }
  create<T extends KubeObject>(object: NewObject<T>): T {
    return this.server.create(object as unknown as KubeObject, { manager: this.manager, trusted: true }) as T
  }
  update<T extends KubeObject>(object: T, applier?: string): T {
    return this.server.update(object, this.writer(applier)) as T
  }
  updateStatus<T extends KubeObject>(object: T, applier?: string): T {
    return this.server.update(object, { ...this.writer(applier), subresource: 'status' }) as T
  }
  private writer(applier: string | undefined): RequestOptions {
    return { manager: applier ?? this.manager, trusted: true, ...(applier ? { applies: true } : {}) }
  }
  finalize(namespace: Namespace): void {
    this.server.update(namespace, { manager: this.manager, trusted: true, subresource: 'finalize' })
  }
  delete(resource: string, namespace: string | undefined, name: string, options: DeleteOptions = {}): void {
    const info = this.server.discovery.byResource(resource)
    if (!info) throw notFound(resource, name)
    this.server.delete(info, namespace, name, { ...options, manager: this.manager, trusted: true })
  }
  event(about: KubeObject, event: NewEvent): void {
    const { storage, env } = this.server
    recordEvent({ storage, component: this.component, env }, about, event)
  }
  forecast(about: KubeObject, component: string): EventForecast {
    return forecastEvents(this.server.storage, component, about)
  }
}
