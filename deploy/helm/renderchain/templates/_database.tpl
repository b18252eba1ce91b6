{{- define "database-host" -}}
{{- if .Values.database.cloudNativePG.enabled -}}
{{ include "name" . }}-database-rw
{{- else -}}
{{ .Values.database.host }}
{{- end }}
{{- end }}

{{- define "database-port" -}}
{{ .Values.database.cloudNativePG.enabled | ternary 5432 .Values.database.port }}
{{- end }}

{{- define "database-user" -}}
{{ .Values.database.cloudNativePG.enabled | ternary "services" .Values.database.user }}
{{- end }}

{{/* A database's address without its password; of (list $ "database"). */}}
{{- define "database-url" -}}
{{- $root := index . 0 -}}
{{- $sslmode := $root.Values.database.cloudNativePG.enabled | ternary "require" $root.Values.database.sslmode -}}
postgresql://{{ include "database-user" $root }}@{{ include "database-host" $root }}:{{ include "database-port" $root }}/{{ index . 1 }}?passfile=/run/database/pgpass&sslmode={{ $sslmode }}
{{- end }}

{{/* PostgreSQL's client takes a password file from its owner alone, and a Secret's files are root's. */}}
{{- define "database-password" -}}
- name: password
  {{- include "image" (list . "services") | nindent 2 }}
  command: [sh, -euc]
  args:
    - |
      umask 077
      { printf '*:*:*:*:'; sed 's/[\\:]/\\&/g' /database/password; echo; } >/run/database/pgpass
  {{- include "container-security" . | nindent 2 }}
  resources: { requests: { cpu: 10m, memory: 16Mi }, limits: { memory: 64Mi } }
  volumeMounts:
    - { name: database-password, mountPath: /database, readOnly: true }
    - { name: database, mountPath: /run/database }
{{- end }}

{{- define "database-volumes" -}}
- name: database-password
  secret:
    secretName: {{ .Values.database.cloudNativePG.enabled | ternary (printf "%s-database-app" (include "name" .)) .Values.database.secret }}
    items: [{ key: password, path: password }]
    defaultMode: 0440
- name: database
  emptyDir: { medium: Memory, sizeLimit: 1Mi }
{{- end }}
