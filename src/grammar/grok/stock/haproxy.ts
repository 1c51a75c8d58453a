const client = '%{IP:client_ip|source.address}:%{INT:client_port|source.port:int}'
const accepted = String.raw`\[%{HAPROXYDATE:accept_date|haproxy.request_date}\]`
const ends = '%{NOTSPACE:frontend_name|haproxy.frontend_name} %{NOTSPACE:backend_name|haproxy.backend_name}'
const head = `(?:%{SYSLOGTIMESTAMP:syslog_timestamp|timestamp}|%{TIMESTAMP_ISO8601:timestamp8601|timestamp}) %{IPORHOST:syslog_server|host.hostname} %{SYSLOGPROG}:`
const counts =
  '%{NOTSPACE:termination_state|haproxy.termination_state} %{INT:actconn|haproxy.connections.active:int}/%{INT:feconn|haproxy.connections.frontend:int}/%{INT:beconn|haproxy.connections.backend:int}/%{INT:srvconn|haproxy.connections.server:int}/%{NOTSPACE:retries|haproxy.connections.retries:int} %{INT:srv_queue|haproxy.server_queue:int}/%{INT:backend_queue|haproxy.backend_queue:int}'
const bytes = '%{NOTSPACE:bytes_read|source.bytes:int}'

/** HAProxy: `httplog`, `tcplog` and errors (its management guide, section 8). */
export const haproxy = String.raw`
HAPROXYTIME %{HOUR:haproxy_hour|}:%{MINUTE:haproxy_minute|}:%{SECOND:haproxy_second|}(?![0-9])
HAPROXYDATE %{MONTHDAY:haproxy_monthday|}/%{MONTH:haproxy_month|}/%{YEAR:haproxy_year|}:%{HAPROXYTIME:haproxy_time|}\.%{INT:haproxy_milliseconds|}
# To be overridden by what one has HAProxy capture.
HAPROXYCAPTUREDREQUESTHEADERS %{DATA:captured_request_headers|haproxy.http.request.captured_headers}
HAPROXYCAPTUREDRESPONSEHEADERS %{DATA:captured_response_headers|haproxy.http.response.captured_headers}

@legacy HAPROXYHTTPBASE ${client} ${accepted} ${ends}/%{NOTSPACE:server_name} %{INT:time_request}/%{INT:time_queue}/%{INT:time_backend_connect}/%{INT:time_backend_response}/%{NOTSPACE:time_duration} %{INT:http_status_code} ${bytes} %{DATA:captured_request_cookie} %{DATA:captured_response_cookie} ${counts} (?:\{%{HAPROXYCAPTUREDREQUESTHEADERS}\})? ?(?:\{%{HAPROXYCAPTUREDRESPONSEHEADERS}\})? ?"(?:<BADREQ>|%{WORD:http_verb} (?:%{URIPROTO:http_proto}://)?(?:%{USER:http_user}(?::[^@]*)?@)?(?:%{URIHOST:http_host})?(?:%{URIPATHPARAM:http_request})?(?: HTTP/%{NUMBER:http_version})?)?"?

@ecs HAPROXYURI (?:%{URIPROTO:url.scheme}://)?(?:%{USER:url.username}(?::[^@]*)?@)?(?:%{IPORHOST:url.domain}(?::%{POSINT:url.port:int})?)?(?:%{URIPATH:url.path}(?:\?%{URIQUERY:url.query})?)?
@ecs HAPROXYHTTPREQUESTLINE <BADREQ>|%{WORD:http.request.method} %{HAPROXYURI:url.original}(?: HTTP/%{NUMBER:http.version})?
@ecs HAPROXYHTTPBASE ${client} ${accepted} ${ends}/(?:<NOSRV>|%{NOTSPACE:haproxy.server_name}) (?:-1|%{INT:haproxy.http.request.time_wait_ms:int})/(?:-1|%{INT:haproxy.total_waiting_time_ms:int})/(?:-1|%{INT:haproxy.connection_wait_time_ms:int})/(?:-1|%{INT:haproxy.http.request.time_wait_without_data_ms:int})/%{NOTSPACE:haproxy.total_time_ms} %{INT:http.response.status_code:int} ${bytes} (?:-|%{DATA:haproxy.http.request.captured_cookie}) (?:-|%{DATA:haproxy.http.response.captured_cookie}) ${counts}(?: \{%{HAPROXYCAPTUREDREQUESTHEADERS}\}(?: \{%{HAPROXYCAPTUREDRESPONSEHEADERS}\})?)?(?: "%{HAPROXYHTTPREQUESTLINE}"?)?

HAPROXYHTTP ${head} %{HAPROXYHTTPBASE}
@legacy HAPROXYTCP ${head} ${client} ${accepted} ${ends}/%{NOTSPACE:server_name} %{INT:time_queue}/%{INT:time_backend_connect}/%{NOTSPACE:time_duration} ${bytes} ${counts}
@ecs HAPROXYTCP ${head} ${client} ${accepted} ${ends}/(?:<NOSRV>|%{NOTSPACE:haproxy.server_name}) (?:-1|%{INT:haproxy.total_waiting_time_ms:int})/(?:-1|%{INT:haproxy.connection_wait_time_ms:int})/%{NOTSPACE:haproxy.total_time_ms} ${bytes} ${counts}
HAPROXYERROR ${head} ${client} ${accepted} %{NOTSPACE:frontend_name|haproxy.frontend_name}/%{NOTSPACE:bind_name|haproxy.bind_name}: %{GREEDYDATA:error_message|error.message}
`
