const ms = (legacy: string, ecs: string): string => `%{NUMBER:${legacy}:float|rails.request.duration.${ecs}:float}ms`

/** Ruby on Rails 3: a request's lines. */
export const rails = String.raw`
RUUID [0-9A-Fa-f]{32}
RCONTROLLER (?<controller|rails.controller.class>[^#]+)#(?<action|rails.controller.action>\w+)
RAILS3HEAD Started %{WORD:verb|http.request.method} "%{URIPATHPARAM:request|url.original}" for %{IPORHOST:clientip|source.address} at (?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:%{MINUTE}:%{SECOND} %{ISO8601_TIMEZONE})
RPROCESSING \W*Processing by %{RCONTROLLER} as (?<format|rails.request.format>\S+)(?:\W*Parameters: \{%{DATA:params|rails.request.params}\}\W*)?
RAILS3PROFILE (?:\(Views: ${ms('viewms', 'view')} \| ActiveRecord: ${ms('activerecordms', 'active_record')}|\(ActiveRecord: ${ms('activerecordms', 'active_record')})?
@legacy RAILS3FOOT Completed %{NUMBER:response}%{DATA} in ${ms('totalms', 'total')} %{RAILS3PROFILE}%{GREEDYDATA}
@ecs RAILS3FOOT Completed %{POSINT:http.response.status_code:int}%{DATA} in ${ms('totalms', 'total')} %{RAILS3PROFILE}%{GREEDYDATA}
# What stands between: whole lines.
RAILS3 %{RAILS3HEAD}(?:%{RPROCESSING})?(?<context|rails.request.explain.original>(?:[^\n]*\n)*)(?:%{RAILS3FOOT})?
`
