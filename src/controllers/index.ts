// The controllers in the order in which they act.
import type { Controller } from '../api/contracts'

export const CONTROLLERS: Controller[] = []
