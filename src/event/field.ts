/**
 * The field table: name → type and meaning. Types of captures, index templates, DuckDB columns, KQL and the
 * reference are read off it. Names are ECS's; where ECS has none, those Filebeat's modules made familiar, and else
 * our own under a vendor's name.
 */

/** What a value is, in the store's words. Both engines and DuckDB hold each of these alike. */
export type FieldType = 'keyword' | 'text' | 'long' | 'double' | 'boolean' | 'date' | 'ip' | 'flattened'

export interface Field {
  readonly type: FieldType
  readonly about: string
  /** Holds several values. Comparisons then mean "any of them". */
  readonly list?: true
  /** It is but another name, to ask by, of the field named here; no event holds it. */
  readonly alias?: string
}

const keyword = <const A extends string>(about: A) => ({ type: 'keyword', about }) as const
const text = <const A extends string>(about: A) => ({ type: 'text', about }) as const
const long = <const A extends string>(about: A) => ({ type: 'long', about }) as const
const double = <const A extends string>(about: A) => ({ type: 'double', about }) as const
const boolean = <const A extends string>(about: A) => ({ type: 'boolean', about }) as const
const date = <const A extends string>(about: A) => ({ type: 'date', about }) as const
const ip = <const A extends string>(about: A) => ({ type: 'ip', about }) as const
const flattened = <const A extends string>(about: A) => ({ type: 'flattened', about }) as const
const keywords = <const A extends string>(about: A) => ({ type: 'keyword', about, list: true }) as const
const longs = <const A extends string>(about: A) => ({ type: 'long', about, list: true }) as const
const doubles = <const A extends string>(about: A) => ({ type: 'double', about, list: true }) as const

export const fields = {
  '@timestamp': date('When it happened, as the log says.'),
  message: text("What was said, in the program's own words."),
  tags: keywords('Marks set by pipelines.'),
  'agent.ephemeral_id': keyword('Id of one life of the agent.'),
  'agent.id': keyword('Id of the agent that shipped the record.'),
  'agent.name': keyword('Name of the agent.'),
  'agent.type': keyword('Kind of the agent, as `filebeat`.'),
  'agent.version': keyword('Version of the agent.'),
  'client.address': keyword('The real client behind trusted proxies, as written.'),
  'client.ip': ip('The real client behind trusted proxies.'),
  'container.id': keyword('Container that wrote the record.'),
  'container.image.name': keyword('Image of the container.'),
  'container.image.tag': keywords('Tag of the image.'),
  'container.labels': flattened('Labels of the container.'),
  'container.name': keyword('Name of the container.'),
  'container.runtime': keyword('What runs the container.'),
  'data_stream.dataset': keyword('Dataset part of the data stream.'),
  'data_stream.namespace': keyword('Namespace part of the data stream.'),
  'data_stream.type': keyword('Always `logs`.'),
  'destination.address': keyword('Address of the other end, as written.'),
  'destination.domain': keyword('Name of the other end: the host a client asked for.'),
  'destination.bytes': long('Bytes sent to the source.'),
  'destination.ip': ip('Address of the other end.'),
  'destination.port': long('Port of the other end.'),
  'ecs.version': keyword('ECS version a program says it writes.'),
  'error.code': keyword('Code of an error.'),
  'error.message': text('Message of an error.'),
  'error.stack_trace': text('Stack trace, lines as logged.'),
  'error.type': keyword('Class of an error.'),
  'event.action': keyword('What was done.'),
  'event.code': keyword("The program's own number for this kind of event."),
  'event.created': date('When the container runtime took the line, where the log has a time of its own.'),
  'event.dataset': keyword('Which format and application the record belongs to.'),
  'event.duration': long('Nanoseconds it took: request time, query time, run time.'),
  'event.end': date('When it ended.'),
  'event.id': keyword('Document id: generation key and offset.'),
  'event.ingested': date('When Tailrace sent the record to the store.'),
  'event.original': keyword('The raw record, kept only where asked for.'),
  'event.provider': keyword('Part of the program that wrote it.'),
  'event.outcome': keyword('`success`, `failure` or `unknown`.'),
  'event.reason': keyword('Why it happened.'),
  'event.start': date('When it began.'),
  'file.path': keyword('File an event is about.'),
  'geo.city_name': keyword('City.'),
  'geo.country_iso_code': keyword('Country.'),
  'group.id': keyword('Group id.'),
  'group.name': keyword('Group.'),
  'host.boot.id': keyword('Boot of the host.'),
  'host.id': keyword('Id of the host.'),
  'host.hostname': keyword('Host a program names itself.'),
  'host.name': keyword('Host the record was read on.'),
  'http.request.body.bytes': long('Bytes of the request body.'),
  'http.request.bytes': long('Bytes of the whole request.'),
  'http.request.id': keyword('Request id.'),
  'http.request.method': keyword('Method, as sent.'),
  'http.request.referrer': keyword('Referer header.'),
  'http.response.body.bytes': long('Bytes of the response body.'),
  'http.response.bytes': long('Bytes of the whole response.'),
  'http.response.mime_type': keyword('Type of the response body.'),
  'http.response.status_code': long('Status code.'),
  'http.version': keyword('Protocol version, as `1.1`.'),
  'log.file.id': keyword('Generation key of the followed file.'),
  'log.file.path': keyword('File the record was read from.'),
  'log.flags': keywords(
    'Oddities: `invalid_utf8`, `truncated`, `multiline`, `flushed`, `edited` (by hand, as a dead letter).',
  ),
  'log.length': long('Bytes the record covers in its file.'),
  'log.level': keyword('Severity, as logged, or normalised by a pipeline.'),
  'log.logger': keyword('Logger that wrote it.'),
  'log.offset': long("Byte of the record's first character."),
  'log.origin.file.line': long('Source line that logged it.'),
  'log.origin.file.name': keyword('Source file that logged it.'),
  'log.origin.function': keyword('Function that logged it.'),
  'log.source.address': keyword('Whom the record was sent by: address and port of the socket, of HTTP the address.'),
  'log.syslog.facility.code': long('Number of the facility: what kind of program it was.'),
  'log.syslog.facility.name': keyword('Name of the facility.'),
  'log.syslog.msgid': keyword('Kind of the message.'),
  'log.syslog.priority': long('Eight times the facility and the severity.'),
  'log.syslog.procid': keyword('What stands for the process, where it is no number.'),
  'log.syslog.severity.code': long('Number of the severity: 0 is the gravest.'),
  'log.syslog.severity.name': keyword('Name of the severity.'),
  'log.syslog.structured_data': flattened('Structured data of a message: `id.name`.'),
  'log.syslog.version': keyword('Version of the syslog protocol.'),
  'log.template.first': boolean('No message of this template was read before.'),
  'log.template.id': keyword('Template the message belongs to.'),
  'log.template.text': keyword('Of a first message: its template, `<*>` where values stand.'),
  'network.protocol': keyword('Application protocol.'),
  'network.transport': keyword('Transport protocol.'),
  'orchestrator.namespace': keyword('Namespace of the pod.'),
  'orchestrator.resource.id': keyword('Id of the pod.'),
  'orchestrator.resource.name': keyword('Name of the pod.'),
  'orchestrator.resource.type': keyword('Always `pod`.'),
  'orchestrator.type': keyword('Always `kubernetes`.'),
  'process.command_line': keyword('The process with its arguments.'),
  'process.executable': keyword('File the process runs.'),
  'process.name': keyword('Process name.'),
  'process.pid': long('Process id.'),
  'process.thread.id': long('Thread id.'),
  'process.thread.name': keyword('Thread name.'),
  'related.ip': keywords('All addresses seen in the record.'),
  'server.address': keyword('Server side address.'),
  'service.environment': keyword('Environment the service runs in.'),
  'service.name': keyword('Service that logged it.'),
  'service.version': keyword('Version of the service.'),
  'source.bytes': long('Bytes the source sent.'),
  'source.address': keyword('Client as the log names it: address, name or socket.'),
  'source.as.number': long('Autonomous system of `source.ip`.'),
  'source.as.organization.name': keyword('Who runs that system.'),
  'source.domain': keyword('Client host name.'),
  'source.geo.city_name': keyword('City of `source.ip`.'),
  'source.geo.continent_code': keyword('Continent of `source.ip`.'),
  'source.geo.country_iso_code': keyword('Country of `source.ip`.'),
  'source.geo.country_name': keyword('Country of `source.ip`, in English.'),
  'source.geo.region_name': keyword('Region of `source.ip`.'),
  'source.ip': ip('Client address.'),
  'source.port': long('Client port.'),
  'span.id': keyword('Span of a trace.'),
  stream: keyword('Stream of the container: `stdout` or `stderr`.'),
  'tls.cipher': keyword('Cipher.'),
  'tls.client.server_name': keyword('Host name a client asked for while it opened the connection.'),
  'tls.version': keyword('TLS version.'),
  'tls.version_protocol': keyword('`tls` or `ssl`.'),
  'trace.id': keyword('Trace.'),
  'transaction.id': keyword('Transaction of a trace.'),
  'url.domain': keyword('Host part.'),
  'url.extension': keyword('What the path ends in behind a dot, as `png`.'),
  'url.original': keyword('Request target as sent.'),
  'url.path': keyword('Path part.'),
  'url.port': long('Port part.'),
  'url.query': keyword('Query part, without `?`.'),
  'url.scheme': keyword('Scheme part.'),
  'url.template': keyword('Path with its identifiers replaced: `/orders/{id}`.'),
  'user.effective.id': keyword('Id of the user somebody acts as.'),
  'user.effective.name': keyword('User somebody acts as.'),
  'user.id': keyword('User id.'),
  'user.name': keyword('User.'),
  'user_agent.bot': boolean('Whether the agent says it is a robot, or is known as one.'),
  'user_agent.device.name': keyword('Device.'),
  'user_agent.name': keyword('Family, as `Chrome`.'),
  'user_agent.original': keyword('User-Agent header.'),
  'user_agent.os.name': keyword('Operating system.'),
  'user_agent.os.version': keyword('Version of the operating system.'),
  'user_agent.version': keyword('Version of the agent.'),
  json: flattened('Members of a JSON record that no grammar declared, as they were.'),
  fields: flattened('What a shipper was told to add.'),
  'beats.other': flattened('What else a Beat said of a line.'),
  'nginx.access.remote_ip_list': keywords('Addresses in the place of the address, in the order logged.'),
  'nginx.access.forwarded_for': keywords('X-Forwarded-For header: addresses as clients and proxies claim them.'),
  'nginx.access.request': keyword('Request line, where it is none of HTTP.'),
  'nginx.access.upstream.address': keywords('Upstreams asked, in order.'),
  'nginx.access.upstream.bytes': longs('Bytes each upstream sent.'),
  'nginx.access.upstream.connect_time': doubles('Seconds to connect to each upstream.'),
  'nginx.access.upstream.header_time': doubles('Seconds to the header of each upstream.'),
  'nginx.access.upstream.response_time': doubles('Seconds each upstream took.'),
  'nginx.access.upstream.status': longs('Status of each upstream.'),
  'nginx.access.cache_status': keyword('Cache verdict.'),
  'nginx.access.ssl_protocol': keyword('Protocol as nginx names it: TLSv1.3.'),
  'nginx.access.gzip_ratio': double('Compression ratio.'),
  'nginx.access.connection': long('Connection number.'),
  'nginx.access.connection_requests': long('Requests on this connection so far.'),
  'nginx.access.pipelined': boolean('Whether the request was pipelined.'),
  'nginx.error.connection_id': long('Connection number, as `*7`.'),
  'nginx.error.request': keyword('Request line, where it is none of HTTP.'),
  'nginx.error.server': keyword('Server block named by the error.'),
  'nginx.error.subrequest': keyword('Subrequest named by the error.'),
  'nginx.error.upstream': keyword('Upstream named by the error.'),
  'nginx.ingress_controller.remote_ip_list': keywords('Addresses in the place of the address, in the order logged.'),
  'nginx.ingress_controller.http.request.id': keyword('Request id.'),
  'nginx.ingress_controller.http.request.length': long('Bytes of the request: line, headers and body.'),
  'nginx.ingress_controller.http.request.time': double('Seconds since the first bytes came from the client.'),
  'nginx.ingress_controller.upstream.name': keyword('Upstream: `namespace-service-port`.'),
  'nginx.ingress_controller.upstream.alternative_name': keyword('Upstream of a canary.'),
  'nginx.ingress_controller.upstream.ip': ip('Address of the upstream asked last.'),
  'nginx.ingress_controller.upstream.port': long('Port of the upstream asked last.'),
  'nginx.ingress_controller.upstream.response.length': long('Bytes the upstream asked last sent.'),
  'nginx.ingress_controller.upstream.response.length_list': longs('Bytes each upstream sent.'),
  'nginx.ingress_controller.upstream.response.status_code': long('Status of the upstream asked last.'),
  'nginx.ingress_controller.upstream.response.status_code_list': longs('Status of each upstream.'),
  'nginx.ingress_controller.upstream.response.time': double('Seconds all upstreams took.'),
  'nginx.ingress_controller.upstream.response.time_list': doubles('Seconds each upstream took.'),
  'nginx.ingress_controller.upstream_address_list': keywords('Upstreams asked, in order.'),
  'docker.attrs': flattened("What `--log-opt` labels, env and tag add to a container's lines."),
  'kubernetes.container.name': keyword('Name of the container in its pod.'),
  'kubernetes.namespace': keyword('Namespace of the pod.'),
  'kubernetes.pod.name': keyword('Name of the pod.'),
  'kubernetes.pod.uid': keyword('Id of the pod.'),
  'shop.channel': keyword('Where the customer came from, as `web`, `h5`, `miniprogram`, `app`.'),
  'shop.coupon.amount': double('What the coupon takes off, in its currency.'),
  'shop.coupon.campaign': keyword('Campaign the coupon was issued for.'),
  'shop.coupon.id': keyword('The one coupon, the same when it is issued and redeemed.'),
  'shop.currency': keyword('Currency of amounts, by ISO 4217.'),
  'shop.order.amount': double('What the order costs, in its currency.'),
  'shop.order.id': keyword('Order, the same in all that happens to it.'),
  'shop.order.items': long('Pieces in the order.'),
  'shop.payment.amount': double('What was paid or tried to be, in its currency.'),
  'shop.payment.id': keyword('One try to pay, as the gateway calls it.'),
  'shop.payment.method': keyword('How it was paid, as `wechat`, `alipay`, `card`.'),
  'shop.session.id': keyword('Visit, as pages and mini-programs name it.'),
  'shop.stock.deducted': long('Pieces that were taken from stock.'),
  'shop.stock.left': long('Pieces in stock afterwards.'),
  'shop.stock.ordered': long('Pieces that the order asks for.'),
  'shop.stock.sku': keyword('Article, as the stock names it.'),
  'system.auth.session.id': keyword('Session, as systemd-logind numbers it.'),
  'system.auth.ssh.dropped_ip': ip('Client that connected and said nothing.'),
  'system.auth.ssh.event': keyword('`Accepted`, `Failed`, `Invalid`, …'),
  'system.auth.ssh.method': keyword('How a client wanted to log in.'),
  'system.auth.ssh.reason': keyword('Why a connection ended, as the other end said it.'),
  'system.auth.ssh.signature': keyword('Key a client logged in with: kind and fingerprint.'),
  'system.auth.sudo.command': keyword('Command that was to be run.'),
  'system.auth.sudo.error': keyword('Why it was not.'),
  'system.auth.sudo.group': keyword('Group it was to be run as.'),
  'system.auth.sudo.pwd': keyword('Directory it was run in.'),
  'system.auth.sudo.tty': keyword('Terminal it was run on.'),
  'system.auth.sudo.user': keyword('User it was to be run as.'),
  'system.auth.useradd.home': keyword('Home directory of a new user.'),
  'system.auth.useradd.shell': keyword('Shell of a new user.'),
  'system.cron.command': keyword('Command of a job.'),
  'system.cron.pid': long('Process it runs in.'),
  'system.syslog.service': keyword('Whom the process spoke for, where it says so.'),
  'system.syslog.service_pid': long('Process of that service, while it runs.'),
  'system.syslog.structured_data': keyword(
    'Structured data of a message as sent, without the outer brackets, where it is not as RFC 5424 has it.',
  ),
  'mysql.thread_id': long('Connection thread.'),
  'mysql.slowlog.bytes_received': long('Bytes received from the client.'),
  'mysql.slowlog.bytes_sent': long('Bytes sent to the client.'),
  'mysql.slowlog.current_user': keyword('Account the server matched.'),
  'mysql.slowlog.count_hit_tmp_table_size': long('Temporary tables that grew too large for memory.'),
  'mysql.slowlog.engine_time.sec': double('Seconds spent in the storage engine, as MariaDB measures it.'),
  'mysql.slowlog.explain': keyword('`EXPLAIN` lines MariaDB logs.'),
  'mysql.slowlog.filesort': boolean('A file sort was done.'),
  'mysql.slowlog.filesort_on_disk': boolean('A file sort used the disk.'),
  'mysql.slowlog.full_join': boolean('A join without index.'),
  'mysql.slowlog.full_scan': boolean('A full table scan.'),
  'mysql.slowlog.fingerprint': keyword('Statement with its values replaced.'),
  'mysql.slowlog.digest': keyword('First 16 hex digits of the MD5 of the fingerprint.'),
  'mysql.slowlog.innodb.io_r_bytes': long('Bytes read.'),
  'mysql.slowlog.innodb.io_r_ops': long('Pages read.'),
  'mysql.slowlog.innodb.io_r_wait.sec': double('Seconds waited for reads.'),
  'mysql.slowlog.innodb.pages_distinct': long('Distinct pages touched.'),
  'mysql.slowlog.innodb.queue_wait.sec': double('Seconds waited to enter InnoDB.'),
  'mysql.slowlog.innodb.rec_lock_wait.sec': double('Seconds waited for row locks.'),
  'mysql.slowlog.innodb.trx_id': keyword('Transaction.'),
  'mysql.slowlog.insert_id': long('Value the next automatic number was set to.'),
  'mysql.slowlog.killed': keyword('Reason code it was killed for.'),
  'mysql.slowlog.last_insert_id': long('Value LAST_INSERT_ID() had.'),
  'mysql.slowlog.last_errno': long('Error the statement ended with.'),
  'mysql.slowlog.lock_time.sec': double('Seconds waited for locks.'),
  'mysql.slowlog.log_slow_rate_limit': long('One of how many is logged.'),
  'mysql.slowlog.log_slow_rate_type': keyword('What the rate counts.'),
  'mysql.slowlog.merge_passes': long('Merge passes of sorts.'),
  'mysql.slowlog.pages_accessed': long('Pages accessed.'),
  'mysql.slowlog.other': flattened(
    'Headers that have no field of their own, or whose value is none, named in lower case.',
  ),
  'mysql.slowlog.pages_prefetched': long('Pages read ahead.'),
  'mysql.slowlog.pages_read_time.sec': double('Seconds spent reading pages.'),
  'mysql.slowlog.pages_read': long('Pages read.'),
  'mysql.slowlog.pages_updated': long('Pages updated.'),
  'mysql.slowlog.old_rows_read': long('Old row versions read.'),
  'mysql.slowlog.priority_queue': boolean('A priority queue was used for sorting.'),
  'mysql.slowlog.query': text('The statement.'),
  'mysql.slowlog.query_cache_hit': boolean('Answered by the query cache.'),
  'mysql.slowlog.read_first': long('Handler read_first.'),
  'mysql.slowlog.read_key': long('Handler read_key.'),
  'mysql.slowlog.read_last': long('Handler read_last.'),
  'mysql.slowlog.read_next': long('Handler read_next.'),
  'mysql.slowlog.read_prev': long('Handler read_prev.'),
  'mysql.slowlog.read_rnd': long('Handler read_rnd.'),
  'mysql.slowlog.read_rnd_next': long('Handler read_rnd_next.'),
  'mysql.slowlog.rows_affected': long('Rows changed.'),
  'mysql.slowlog.rows_examined': long('Rows looked at.'),
  'mysql.slowlog.rows_read': long('Rows read, as old Percona Servers count them.'),
  'mysql.slowlog.rows_sent': long('Rows sent.'),
  'mysql.slowlog.schema': keyword('Database.'),
  'mysql.slowlog.sort_merge_passes': long('Merge passes of sorts.'),
  'mysql.slowlog.sort_range_count': long('Range sorts.'),
  'mysql.slowlog.sort_rows': long('Rows sorted.'),
  'mysql.slowlog.sort_scan_count': long('Sorts by full scan.'),
  'mysql.slowlog.stored_routine': keyword('Stored routine the statement belongs to.'),
  'mysql.slowlog.tmp_disk_tables': long('Temporary tables on disk.'),
  'mysql.slowlog.tmp_table': boolean('A temporary table was made.'),
  'mysql.slowlog.tmp_table_on_disk': boolean('A temporary table went to disk.'),
  'mysql.slowlog.tmp_table_sizes': long('Bytes of temporary tables.'),
  'mysql.slowlog.tmp_tables': long('Temporary tables.'),
  'mysql.slowlog.warnings': keyword('Warnings MariaDB logs, a line each.'),
} as const satisfies Readonly<Record<string, Field>>

export type FieldTable = typeof fields
export type FieldName = keyof FieldTable

/** Fields outside the table lie under the product that defined them, never at an ECS root. */
export const vendors = [
  'app', 'labels', 'nginx', 'mysql', 'redis', 'celery', 'apache', 'haproxy', 'traefik', 'postgresql', 'gunicorn',
  'uvicorn', 'python', 'node', 'java', 'go', 'journald', 'postfix', 'system', 'shop', 'browser', 'miniprogram', 'beats',
  'docker', 'kubernetes',
] as const // biome-ignore format: one list, read across
export type VendorName = `${(typeof vendors)[number]}.${string}`

/** What TypeScript holds for a value of each type. */
export interface Held {
  readonly keyword: string
  readonly text: string
  readonly long: number
  readonly double: number
  readonly boolean: boolean
  readonly date: string
  readonly ip: string
  readonly flattened: Readonly<Record<string, unknown>>
}

/** Names a value of type `T` may carry. */
export type NameOf<T extends FieldType> =
  | { readonly [N in FieldName]: FieldTable[N]['type'] extends T ? N : never }[FieldName]
  | VendorName

/** The table's row for `name`, if it has one. */
export const fieldOf = (name: string): Field | undefined =>
  Object.hasOwn(fields, name) ? fields[name as FieldName] : undefined

/** Whether `name` may be used for a field that the table does not hold. */
export const isVendorName = (name: string): boolean =>
  vendors.some((vendor) => name.startsWith(`${vendor}.`)) && /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/.test(name)

/** What a dataset holds: each field with its type. Grammars and transforms declare it, stores are prepared from it. */
export type Schema = ReadonlyMap<string, Field>
