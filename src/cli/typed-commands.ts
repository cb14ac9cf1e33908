// Which commands read objects as types of their own, not as whatever they are. Upstream: WithScheme of their resource builders.
/** Commands whose objects are of types the client knows. */
export const OF_KNOWN_TYPES =
  /^(set |rollout |auth reconcile$|(expose|run|taint|cordon|uncordon|drain|logs|exec|attach|port-forward|debug|cluster-info)( |$))/
