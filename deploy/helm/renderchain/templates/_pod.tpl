{{/* What every pod has. Kubernetes' variables for services would look like misspelt settings. */}}
{{- define "pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.images.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end }}

{{- define "pod-security" -}}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
{{- end }}

{{- define "container-security" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
  seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* For containers that make a sandbox: namespaces and a /proc of its own. They get no capability for it. */}}
{{- define "sandbox-security" -}}
{{- $sandbox := .Values.sandbox -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
  procMount: {{ $sandbox.procMount }}
  appArmorProfile: { type: {{ $sandbox.appArmor }} }
  seccompProfile:
  {{- if $sandbox.seccompProfile }}
    type: Localhost
    localhostProfile: {{ $sandbox.seccompProfile }}
  {{- else }}
    type: Unconfined
  {{- end }}
{{- end }}

{{/* Asked on the port named "web". A service that waits for its node lives, and is not ready. */}}
{{- define "probes" -}}
startupProbe: { httpGet: { path: /healthz, port: web }, periodSeconds: 5, failureThreshold: 60, timeoutSeconds: 5 }
livenessProbe: { httpGet: { path: /healthz, port: web }, periodSeconds: 30, failureThreshold: 4, timeoutSeconds: 10 }
{{- end }}

{{- define "readiness" -}}
readinessProbe: { httpGet: { path: /readyz, port: web }, periodSeconds: 10, timeoutSeconds: 10 }
{{- end }}

{{/* A disk that stays with its pod's name; of what has size and storageClass. */}}
{{- define "claim" -}}
- metadata: { name: data }
  spec:
    accessModes: [ReadWriteOnce]
    {{- with .storageClass }}
    storageClassName: {{ . }}
    {{- end }}
    resources: { requests: { storage: {{ .size }} } }
{{- end }}
