{{/* With a pool's name behind it at most 52 characters: longer ones of StatefulSets make labels that are too long. */}}
{{- define "name" -}}
{{ .Release.Name | trunc 31 | trimSuffix "-" }}
{{- end }}

{{/* Labels of what belongs to a part; of (list $ "part"). */}}
{{- define "selector" -}}
app.kubernetes.io/name: renderchain
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "labels" -}}
{{ include "selector" . }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
{{- end }}

{{/* Where other pods of the release find the index. */}}
{{- define "index-url" -}}
http://{{ include "name" . }}-index.{{ .Release.Namespace }}.svc:8750
{{- end }}

{{- define "image" -}}
{{- $images := (index . 0).Values.images -}}
image: {{ printf "%srenderchain-%s:%s" $images.registry (index . 1) $images.tag | quote }}
imagePullPolicy: {{ $images.pullPolicy }}
{{- end }}
