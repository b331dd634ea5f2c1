{{- define "beibu.name" -}}
{{ .Release.Name | trunc 50 | trimSuffix "-" }}
{{- end }}

{{- define "beibu.selector" -}}
app.kubernetes.io/name: beibu
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "beibu.labels" -}}
{{ include "beibu.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* The configuration of the daemon: what the chart decides, and values.config. */}}
{{- define "beibu.config" -}}
{{- $own := dict "listen" "0.0.0.0:8443" "private" "0.0.0.0:8421" "privateOpen" (list "metrics") "data" "/var/lib/beibu/data" }}
{{- if .Values.parties }}
{{- $_ := set $own "parties" "/etc/beibu/parties.yaml" }}
{{- end }}
{{- if .Values.keys.secret }}
{{- $_ := set $own "keysFrom" "/run/beibu-keys" }}
{{- end }}
{{- toYaml (merge $own (deepCopy .Values.config)) }}
{{- end }}
