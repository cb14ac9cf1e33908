// The controllers of a cluster, in the order in which they see a change.
import type { Controller } from '../api/contracts'
import { deploymentController } from './deployment'
import { replicaSetController } from './replicaset'
import { replicationControllerController } from './replicationcontroller'

export const CONTROLLERS: Controller[] = [deploymentController, replicaSetController, replicationControllerController]
