/** A value, or a dash where there is none. */
const dash = (capture: string): string => `(?:-|%{${capture}})`
const tabbed = (captures: readonly string[]): string => captures.join(String.raw`\t`)

/** CloudFront's standard log, column by column; what came later may be missing. */
const cloudfront = tabbed([
  '%{WORD:aws.cloudfront.x_edge_location}',
  dash('INT:destination.bytes:int'),
  '%{IPORHOST:source.ip}',
  '%{WORD:http.request.method}',
  '%{HOSTNAME:url.domain}',
  '%{NOTSPACE:url.path}',
  '(?:000|%{INT:http.response.status_code:int})',
  dash('CLOUDFRONT_TEXT:http.request.referrer'),
  '%{CLOUDFRONT_TEXT:user_agent.original}',
  dash('CLOUDFRONT_TEXT:url.query'),
  dash('CLOUDFRONT_TEXT:aws.cloudfront.http.request.cookie'),
  '%{WORD:aws.cloudfront.x_edge_result_type}',
  '%{NOTSPACE:aws.cloudfront.x_edge_request_id}',
  '%{HOSTNAME:aws.cloudfront.http.request.host}',
  '%{URIPROTO:network.protocol}',
  dash('INT:source.bytes:int'),
  '%{NUMBER:aws.cloudfront.time_taken:float}',
  dash('IP:network.forwarded_ip'),
  dash('CLOUDFRONT_TEXT:aws.cloudfront.ssl_protocol'),
  dash('NOTSPACE:tls.cipher'),
  '%{WORD:aws.cloudfront.x_edge_response_result_type}',
])
const cloudfrontLater = tabbed([
  '(?:-|HTTP/%{NUMBER:http.version})',
  dash('CLOUDFRONT_TEXT:aws.cloudfront.fle_status'),
  dash('CLOUDFRONT_TEXT:aws.cloudfront.fle_encrypted_fields'),
  '%{INT:source.port:int}',
  '%{NUMBER:aws.cloudfront.time_to_first_byte:float}',
  dash('CLOUDFRONT_TEXT:aws.cloudfront.x_edge_detailed_result_type'),
  dash('NOTSPACE:http.request.mime_type'),
  dash('INT:aws.cloudfront.http.request.size:int'),
  dash('INT:aws.cloudfront.http.request.range.start:int'),
  dash('INT:aws.cloudfront.http.request.range.end:int'),
])
const cloudfrontOfOld = tabbed([
  '%{WORD:x_edge_location}',
  dash('NUMBER:sc_bytes:int'),
  '%{IPORHOST:clientip}',
  '%{WORD:cs_method}',
  '%{HOSTNAME:cs_host}',
  '%{NOTSPACE:cs_uri_stem}',
  '%{NUMBER:sc_status:int}',
  '%{GREEDYDATA:referrer}',
  '%{CLOUDFRONT_TEXT:agent}',
  '%{CLOUDFRONT_TEXT:cs_uri_query}',
  '%{CLOUDFRONT_TEXT:cookies}',
  '%{WORD:x_edge_result_type}',
  '%{NOTSPACE:x_edge_request_id}',
  '%{HOSTNAME:x_host_header}',
  '%{URIPROTO:cs_protocol}',
  '%{INT:cs_bytes:int}',
  '%{GREEDYDATA:time_taken:float}',
  '%{CLOUDFRONT_TEXT:x_forwarded_for}',
  '%{CLOUDFRONT_TEXT:ssl_protocol}',
  '%{CLOUDFRONT_TEXT:ssl_cipher}',
  '%{CLOUDFRONT_TEXT:x_edge_response_result_type}',
])
/** S3's server access log, ECS's names; what came later may be missing. */
const s3 = [
  '%{WORD:aws.s3access.bucket_owner}',
  '%{NOTSPACE:aws.s3access.bucket}',
  String.raw`\[%{HTTPDATE:timestamp}\]`,
  dash('IP:client.ip'),
  dash('NOTSPACE:client.user.id'),
  '%{NOTSPACE:aws.s3access.request_id}',
  '%{NOTSPACE:aws.s3access.operation}',
  dash('NOTSPACE:aws.s3access.key'),
  '(?:-|"%{S3_REQUEST_LINE:aws.s3access.request_uri}")',
  dash('INT:http.response.status_code:int'),
  dash('NOTSPACE:aws.s3access.error_code'),
  dash('INT:aws.s3access.bytes_sent:int'),
  dash('INT:aws.s3access.object_size:int'),
  dash('INT:aws.s3access.total_time:int'),
  dash('INT:aws.s3access.turn_around_time:int'),
  `"${dash('DATA:http.request.referrer')}"`,
  `"${dash('DATA:user_agent.original')}"`,
  dash('NOTSPACE:aws.s3access.version_id'),
].join(' ')
const s3Later = [
  'aws.s3access.host_id',
  'aws.s3access.signature_version',
  'tls.cipher',
  'aws.s3access.authentication_type',
  'aws.s3access.host_header',
  'aws.s3access.tls_version',
]
  .map((name) => ` ${dash(`NOTSPACE:${name}`)}`)
  .join('')
const seconds = (name: string): string => `(?:-1|%{NUMBER:aws.elb.${name}_processing_time.sec:float})`

/** Amazon: S3, the classic load balancer, CloudFront. */
export const aws = String.raw`
@legacy S3_REQUEST_LINE %{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest}
@legacy S3_ACCESS_LOG %{WORD:owner} %{NOTSPACE:bucket} \[%{HTTPDATE:timestamp}\] %{IP:clientip} %{NOTSPACE:requester} %{NOTSPACE:request_id} %{NOTSPACE:operation} %{NOTSPACE:key} (?:-|"%{S3_REQUEST_LINE}") (?:-|%{INT:response:int}) (?:-|%{NOTSPACE:error_code}) (?:-|%{INT:bytes:int}) (?:-|%{INT:object_size:int}) (?:-|%{INT:request_time_ms:int}) (?:-|%{INT:turnaround_time_ms:int}) (?:-|%{QS:referrer}) (?:-|"?%{QS:agent}"?) (?:-|%{NOTSPACE:version_id})
@ecs S3_REQUEST_LINE %{WORD:http.request.method} %{NOTSPACE:url.original}(?: HTTP/%{NUMBER:http.version})?
@ecs S3_ACCESS_LOG ${s3}(?:${s3Later})?

@legacy ELB_URIPATHPARAM %{URIPATH:path}(?:%{URIPARAM:params})?
@legacy ELB_URI %{URIPROTO:proto}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST:urihost})?(?:%{ELB_URIPATHPARAM})?
@legacy ELB_REQUEST_LINE %{WORD:verb} %{ELB_URI:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest}
@legacy ELB_ACCESS_LOG %{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:elb} %{IP:clientip}:%{INT:clientport:int} (?:-|%{IP:backendip}:?:%{INT:backendport:int}) %{NUMBER:request_processing_time:float} %{NUMBER:backend_processing_time:float} %{NUMBER:response_processing_time:float} (?:-|%{INT:response:int}) (?:-|%{INT:backend_response:int}) %{INT:received_bytes:int} %{INT:bytes:int} "%{ELB_REQUEST_LINE}"

@ecs ELB_URIHOST %{IPORHOST:url.domain}(?::%{POSINT:url.port:int})?
@ecs ELB_URIPATHQUERY %{URIPATH:url.path}(?:\?%{URIQUERY:url.query})?
@ecs ELB_URIPATHPARAM %{ELB_URIPATHQUERY}
@ecs ELB_URI %{URIPROTO:url.scheme}://(?:%{USER:url.username}(?::[^@]*)?@)?(?:%{ELB_URIHOST})?(?:%{ELB_URIPATHQUERY})?
@ecs ELB_REQUEST_LINE %{WORD:http.request.method} %{ELB_URI:url.original}(?: HTTP/%{NUMBER:http.version})?
@ecs ELB_V1_HTTP_LOG %{TIMESTAMP_ISO8601:timestamp} %{NOTSPACE:aws.elb.name} %{IP:source.ip}:%{INT:source.port:int} (?:-|%{IP:aws.elb.backend.ip}:%{INT:aws.elb.backend.port:int}) ${seconds('request')} ${seconds('backend')} ${seconds('response')} %{INT:http.response.status_code:int} (?:-|%{INT:aws.elb.backend.http.response.status_code:int}) %{INT:http.request.body.bytes:int} %{INT:http.response.body.bytes:int} "%{ELB_REQUEST_LINE}"(?: "(?:-|%{DATA:user_agent.original})" (?:-|%{NOTSPACE:tls.cipher}) (?:-|%{NOTSPACE:aws.elb.ssl_protocol}))?
@ecs ELB_ACCESS_LOG %{ELB_V1_HTTP_LOG}

CLOUDFRONT_TEXT [^\t]*
@legacy CLOUDFRONT_ACCESS_LOG (?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY}\t%{TIME})\t${cloudfrontOfOld}
@ecs CLOUDFRONT_ACCESS_LOG (?<timestamp>%{YEAR}-%{MONTHNUM}-%{MONTHDAY}\t%{TIME})\t${cloudfront}(?:\t${cloudfrontLater})?
`
