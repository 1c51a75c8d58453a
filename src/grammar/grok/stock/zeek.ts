/**
 * Columns by tabs: `%{…}` captures (of two names, before ECS and with it). Of a column with ECS's name only, `-` is no
 * value. What Zeek calls unset is part of the text before ECS.
 */
const columns = (list: string): string =>
  list
    .trim()
    .split(/\s+/)
    .map((column) => (/^[(%]/.test(column) ? column : `(?:-|%{${column}})`))
    .join(String.raw`\t`)

const conn =
  '%{NUMBER:ts|timestamp} %{NOTSPACE:uid|zeek.session_id} %{IP:orig_h|source.ip} %{INT:orig_p|source.port:int} %{IP:resp_h|destination.ip} %{INT:resp_p|destination.port:int}'

const transfer = (data: string): string => `
  INT:zeek.files.depth:int ${data}:zeek.files.analyzers ${data}:file.mime_type ${data}:file.name NUMBER:zeek.files.duration:float
  ${data}:zeek.files.local_orig ZEEK_FLAG:zeek.files.is_orig INT:zeek.files.seen_bytes:int INT:file.size:int
  INT:zeek.files.missing_bytes:int INT:zeek.files.overflow_bytes:int ZEEK_FLAG:zeek.files.timedout
  ${data}:zeek.files.parent_fuid ${data}:file.hash.md5 ${data}:file.hash.sha1 ${data}:file.hash.sha256 ${data}:zeek.files.extracted`
const answer = `
  INT:zeek.dns.qclass:int ZEEK_TEXT:zeek.dns.qclass_name INT:zeek.dns.qtype:int ZEEK_TEXT:dns.question.type
  INT:zeek.dns.rcode:int ZEEK_TEXT:dns.response_code`
const flags =
  'ZEEK_FLAG:zeek.dns.AA ZEEK_FLAG:zeek.dns.TC ZEEK_FLAG:zeek.dns.RD ZEEK_FLAG:zeek.dns.RA NONNEGINT:zeek.dns.Z:int ZEEK_TEXT:zeek.dns.answers ZEEK_TEXT:zeek.dns.TTLs ZEEK_FLAG:zeek.dns.rejected'
const bodies =
  'NUMBER:http.request.body.bytes:int NUMBER:http.response.body.bytes:int POSINT:http.response.status_code:int ZEEK_TEXT:zeek.http.status_msg POSINT:zeek.http.info_code:int ZEEK_TEXT:zeek.http.info_msg'
const login = String.raw`(?:\(empty\)|%{ZEEK_TEXT:zeek.http.tags}) ZEEK_TEXT:url.username ZEEK_TEXT:url.password ZEEK_TEXT:zeek.http.proxied ZEEK_TEXT:zeek.http.orig_fuids`
const asked = 'WORD:http.request.method ZEEK_TEXT:url.domain ZEEK_TEXT:url.original ZEEK_TEXT:http.request.referrer'
const moved =
  'INT:zeek.connection.missed_bytes:int ZEEK_TEXT:zeek.connection.history INT:source.packets:int INT:source.bytes:int INT:destination.packets:int INT:destination.bytes:int'
const opened = `${conn} %{WORD:network.transport} ZEEK_TEXT:network.protocol NUMBER:zeek.connection.duration:float INT:zeek.connection.orig_bytes:int INT:zeek.connection.resp_bytes:int ZEEK_TEXT:zeek.connection.state ZEEK_FLAG:zeek.connection.local_orig`

/** Before ECS the first text of a run takes the tabs of columns that the pattern does not know. */
const run = (names: string): string => {
  const [first, ...rest] = names.trim().split(/\s+/)
  return [`%{GREEDYDATA:${first}}`, ...rest.map((name) => `%{ZEEK_ANY:${name}}`)].join(' ')
}

/** Zeek, and Bro as it was called: http, dns, conn and files logs, column by column. */
export const zeek = String.raw`
ZEEK_FLAG [TF]
ZEEK_TEXT [^\t]+
ZEEK_ANY [^\t]*
BRO_BOOL [TF]
BRO_DATA [^\t]+

@legacy BRO_HTTP ${columns(`${conn} %{INT:trans_depth} ${run('method domain uri referrer user_agent')} %{NUMBER:request_body_len} %{NUMBER:response_body_len} ${run('status_code status_msg info_code info_msg filename bro_tags username password proxied orig_fuids orig_mime_types resp_fuids resp_mime_types')}`)}
@legacy BRO_DNS ${columns(`${conn} %{WORD:proto} %{INT:trans_id} ${run('query qclass qclass_name qtype qtype_name rcode rcode_name AA TC RD RA Z answers TTLs rejected')}`)}
@legacy BRO_CONN ${columns(`${conn} %{WORD:proto} %{GREEDYDATA:service} %{NUMBER:duration} %{NUMBER:orig_bytes} %{NUMBER:resp_bytes} ${run('conn_state local_orig missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents')}`)}
@legacy BRO_FILES ${columns(`%{NUMBER:ts} %{NOTSPACE:fuid} %{IP:tx_hosts} %{IP:rx_hosts} %{NOTSPACE:conn_uids} ${run('source depth analyzers mime_type filename duration local_orig is_orig seen_bytes total_bytes missing_bytes overflow_bytes timedout parent_fuid md5 sha1 sha256 extracted')}`)}

@ecs BRO_HTTP ${columns(`${conn} %{INT:zeek.http.trans_depth:int} ${asked} ZEEK_TEXT:user_agent.original ${bodies} ZEEK_TEXT:zeek.http.filename ${login} ZEEK_TEXT:http.request.mime_type ZEEK_TEXT:zeek.http.resp_fuids ZEEK_TEXT:http.response.mime_type`)}
@ecs BRO_DNS ${columns(`${conn} %{WORD:network.transport} INT:dns.id:int ZEEK_TEXT:dns.question.name ${answer} ${flags}`)}
@ecs BRO_CONN ${columns(opened)}\t(?:(?:-|%{BRO_BOOL:zeek.connection.local_resp})\t)?${columns(String.raw`${moved} (?:\(empty\)|%{BRO_DATA:zeek.connection.tunnel_parents})`)}
@ecs BRO_FILES ${columns(`%{NUMBER:timestamp} %{NOTSPACE:zeek.files.fuid} IP:server.ip IP:client.ip ZEEK_TEXT:zeek.files.session_ids ZEEK_TEXT:zeek.files.source ${transfer('BRO_DATA')}`)}

@ecs ZEEK_BOOL [TF]
@ecs ZEEK_DATA [^\t]+
@ecs ZEEK_HTTP ${columns(`${conn} %{INT:zeek.http.trans_depth:int} ${asked} NUMBER:http.version ZEEK_TEXT:user_agent.original ZEEK_TEXT:zeek.http.origin ${bodies} ${login} ZEEK_TEXT:zeek.http.orig_filenames ZEEK_TEXT:http.request.mime_type ZEEK_TEXT:zeek.http.resp_fuids ZEEK_TEXT:zeek.http.resp_filenames ZEEK_TEXT:http.response.mime_type`)}
@ecs ZEEK_DNS ${columns(`${conn} %{WORD:network.transport} INT:dns.id:int NUMBER:zeek.dns.rtt:float ZEEK_TEXT:dns.question.name ${answer} ${flags}`)}
@ecs ZEEK_CONN ${columns(`${opened} ZEEK_FLAG:zeek.connection.local_resp ${moved} ZEEK_TEXT:zeek.connection.tunnel_parents`)}(?:\t(?:-|%{COMMONMAC:source.mac})\t(?:-|%{COMMONMAC:destination.mac}))?
# One host, or several; the first of them is the one.
@ecs ZEEK_FILES_TX_HOSTS -|(?<zeek.files.tx_hosts>%{IP:server.ip}(?:[\s,]%{IP})+)|%{IP:server.ip}
@ecs ZEEK_FILES_RX_HOSTS -|(?<zeek.files.rx_hosts>%{IP:client.ip}(?:[\s,]%{IP})+)|%{IP:client.ip}
@ecs ZEEK_FILES ${columns(`%{NUMBER:timestamp} %{NOTSPACE:zeek.files.fuid} %{ZEEK_FILES_TX_HOSTS} %{ZEEK_FILES_RX_HOSTS} ZEEK_TEXT:zeek.files.session_ids ZEEK_TEXT:zeek.files.source ${transfer('ZEEK_TEXT')}`)}(?:\t(?:-|%{ZEEK_FLAG:zeek.files.extracted_cutoff})\t(?:-|%{INT:zeek.files.extracted_size:int}))?
`
