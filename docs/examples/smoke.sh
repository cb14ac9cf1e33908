#!/usr/bin/env bash
# A deployment script as it would run against a cluster: with kubesim under the name kubectl it runs without one.
set -euo pipefail

kubectl apply -f manifests/go-demo-2.yml
kubectl wait --for=condition=Ready pod --all --timeout=60s
api=$(kubectl get svc go-demo-2-api -o jsonpath='{.spec.clusterIP}:{.spec.ports[0].port}')
kubectl run smoke --rm -i --quiet --restart=Never --image=curlimages/curl -- curl -s "http://$api/demo/hello"
if kubectl get svc no-such-service; then exit 1; fi
