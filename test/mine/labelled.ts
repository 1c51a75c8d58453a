import { createRandom } from '../../src/service/demo/random.ts'

type Random = () => number

/** Messages of programs as their sources and manuals word them; what stands in braces is a value. */
const programs: Readonly<Record<string, readonly string[]>> = {
  sshd: [
    'Accepted password for {user} from {ip} port {int} ssh2',
    'Accepted publickey for {user} from {ip} port {int} ssh2: RSA SHA256:{key}',
    'Failed password for {user} from {ip} port {int} ssh2',
    'Failed password for invalid user {user} from {ip} port {int} ssh2',
    'Invalid user {user} from {ip} port {int}',
    'Connection closed by {ip} port {int} [preauth]',
    'Connection reset by {ip} port {int} [preauth]',
    'Disconnected from user {user} {ip} port {int}',
    'Received disconnect from {ip} port {int}:{int}: disconnected by user',
    'pam_unix(sshd:session): session opened for user {user} by (uid=0)',
    'pam_unix(sshd:session): session closed for user {user}',
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={host}',
    'pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost={host}  user={user}',
    'Server listening on {ip} port 22.',
    'error: maximum authentication attempts exceeded for {user} from {ip} port {int} ssh2 [preauth]',
    'reverse mapping checking getaddrinfo for {host} [{ip}] failed - POSSIBLE BREAK-IN ATTEMPT!',
  ],
  system: [
    '({user}) CMD ({command})',
    'pam_unix(cron:session): session opened for user {user} by (uid=0)',
    'pam_unix(cron:session): session closed for user {user}',
    'Started {unit}.',
    'Starting {unit}...',
    'Stopped {unit}.',
    'Stopping {unit}...',
    '{unit}: Main process exited, code=exited, status={int}/FAILURE',
    '{unit}: Failed with result {quoted}.',
    'Reloading.',
    'Reached target {unit}.',
    'Created slice User Slice of {user}.',
    'Removed slice User Slice of {user}.',
    'New session {int} of user {user}.',
    'Removed session {int}.',
    '{user} : TTY=pts/{int} ; PWD={path} ; USER=root ; COMMAND={path}',
    'Out of memory: Killed process {int} ({program}) total-vm:{int}kB, anon-rss:{int}kB, file-rss:0kB, shmem-rss:0kB',
    '{nic}: link becomes ready',
    '{nic}: Link is Up - 1Gbps/Full - flow control rx/tx',
    '{nic}: Link is Down',
    'device {nic} entered promiscuous mode',
    'device {nic} left promiscuous mode',
    'usb {bus}: new high-speed USB device number {int} using xhci_hcd',
    'usb {bus}: USB disconnect, device number {int}',
    'EXT4-fs ({disk}): mounted filesystem with ordered data mode. Opts: (null)',
    'EXT4-fs error (device {disk}): ext4_find_entry:{int}: inode #{int}: comm {program}: reading directory lblock 0',
    'audit: type={int} audit({float}:{int}): apparmor="{verdict}" operation="{operation}" profile="{path}" pid={int} comm="{program}"',
  ],
  postfix: [
    'connect from {host}[{ip}]',
    'disconnect from {host}[{ip}]',
    'lost connection after {smtp} from {host}[{ip}]',
    '{hex}: from=<{mail}>, size={int}, nrcpt={int} (queue active)',
    '{hex}: to=<{mail}>, relay={host}[{ip}]:25, delay={float}, delays={float}/{float}/{float}/{float}, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {hex})',
    '{hex}: to=<{mail}>, relay=none, delay={float}, delays={float}/{float}/{float}/{float}, dsn=4.4.1, status=deferred (connect to {host}[{ip}]:25: Connection timed out)',
    '{hex}: removed',
    '{hex}: message-id=<{mail}>',
    'warning: hostname {host} does not resolve to address {ip}',
    'NOQUEUE: reject: RCPT from {host}[{ip}]: 554 5.7.1 <{mail}>: Relay access denied; from=<{mail}> to=<{mail}> proto=ESMTP helo=<{host}>',
  ],
  redis: [
    'Background saving started by pid {int}',
    'DB saved on disk',
    'RDB: {int} MB of memory used by copy-on-write',
    'Background saving terminated with success',
    '{int} changes in {int} seconds. Saving...',
    'Accepted {ip}',
    'Replica {ip} asks for synchronization',
    'Full resync requested by replica {ip}',
    'Synchronization with replica {ip} succeeded',
    'Connection with master lost.',
    'Connecting to MASTER {ip}',
    'MASTER <-> REPLICA sync started',
    'Client id={int} addr={ip} fd={int} name= age={int} idle={int} flags=N closed for overcoming of output buffer limits.',
    '+sdown master {program} {bareip} {int}',
    '-sdown master {program} {bareip} {int}',
    "Can't save in background: fork: Cannot allocate memory",
    'WARNING: The TCP backlog setting of {int} cannot be enforced because /proc/sys/net/core/somaxconn is set to the lower value of {int}.',
  ],
  mysql: [
    "Access denied for user '{user}'@'{host}' (using password: {yesno})",
    'Aborted connection {int} to db: {quoted} user: {quoted} host: {quoted} (Got an error reading communication packets)',
    'Aborted connection {int} to db: {quoted} user: {quoted} host: {quoted} (Got timeout reading communication packets)',
    'InnoDB: page_cleaner: {int}ms intended loop took {int}ms. The settings might not be optimal.',
    "InnoDB: Table `{table}`.`{table}` doesn't exist in the tablespace.",
    '{path}: ready for connections. Version: {quoted}  socket: {quoted}  port: {int}  MySQL Community Server - GPL.',
    "Plugin '{program}' is disabled.",
    "Slave SQL thread for channel '{program}' initialized, starting replication in log '{file}' at position {int}, relay log '{path}' position: {int}",
    'InnoDB: Buffer pool(s) load completed at {clock}',
    "Table '{path}' is marked as crashed and should be repaired",
  ],
  java: [
    'Received block {block} of size {int} from /{bareip}',
    'Receiving block {block} src: /{ip} dest: /{ip}',
    'PacketResponder {int} for block {block} terminating',
    'BLOCK* NameSystem.addStoredBlock: blockMap updated: {ip} is added to {block} size {int}',
    'BLOCK* NameSystem.allocateBlock: {path}. {block}',
    'Verification succeeded for {block}',
    'Deleting block {block} file {path}',
    '{ip} Served block {block} to /{bareip}',
    '{ip}:Got exception while serving {block} to /{bareip}:',
    'Accepted socket connection from /{ip}',
    'Closed socket connection for client /{ip} which had sessionid {hexid}',
    'Closed socket connection for client /{ip} (no session established for client)',
    'Established session {hexid} with negotiated timeout {int} for client /{ip}',
    'Expiring session {hexid}, timeout of {int}ms exceeded',
    'Processed session termination for sessionid: {hexid}',
    'Notification time out: {int}',
    'Cannot open channel to {int} at election address /{ip}',
    'Initiating client connection, connectString={host}:{int} sessionTimeout={int} watcher={class}',
    'Running task {float} in stage {float} (TID {int})',
    'Finished task {float} in stage {float} (TID {int}). {int} bytes result sent to driver',
    'Block {block} stored as values in memory (estimated size {size}, free {size})',
    'Block {block} stored as bytes in memory (estimated size {size}, free {size})',
    'Found block {block} locally',
    'Started reading broadcast variable {int}',
    'Reading broadcast variable {int} took {int} ms',
    'Registered executor ID {int}',
    'Added {class} to the list of handlers',
    '{class} transitioned from {state} to {state}',
    '{class} entered state {state}',
    'Stopping service {class}',
    'Progress of TaskAttempt {block} is : {float}',
    'Event Writer setup for JobId: {block}, File: hdfs://{host}:{int}{path}',
    'Unable to load native-hadoop library for your platform... using builtin-java classes where applicable',
  ],
  app: [
    'user {user} logged in',
    'user {user} logged out',
    'order {int} created by {user}: {int} items, total {float}',
    'order {int} paid with {method}',
    'payment of order {int} declined by {method}: {quoted}',
    'stock of {sku} below limit: {int} left',
    'cache miss for key {key}',
    'cache hit for key {key}',
    'GET {path} {status} {int}ms',
    'POST {path} {status} {int}ms',
    'worker {name} started',
    'worker {name} stopped',
    'job {name} finished in {float}s',
    'job {name} failed after {int} attempts: {quoted}',
    'loaded {int} rules from {path}',
    'configuration reloaded',
    'onReceive action: {class}',
    'setting {name} = {word}',
    '{host}:{int} close, {bytes} sent, {bytes} received, lifetime {life}',
    '{host}:{int} open through proxy {host}:{int} HTTPS',
    'getTotal = {list}',
    'screen {onoff}',
    'battery level={int} temperature={float} charging={bool}',
  ],
}

const pick = <T>(r: Random, of: readonly T[]): T => of[Math.floor(r() * of.length)]!
const upTo = (r: Random, most: number): number => Math.floor(r() ** 2 * most)
const names =
  'root admin alice bob carol news test guest mysql www oracle postgres cyrus git ubuntu pi ftpuser deploy'.split(' ')
const hex = (r: Random, length: number): string =>
  Array.from({ length }, () => '0123456789abcdef'[Math.floor(r() * 16)]).join('')
const words = 'gateway alpha beta mailer backup search reporter cleaner billing shipping catalog imports'.split(' ')

const ipOf = (r: Random): string => `10.${upTo(r, 255)}.${upTo(r, 255)}.${upTo(r, 255)}`
const values: Readonly<Record<string, (r: Random) => string>> = {
  user: (r) => pick(r, names),
  ip: (r) => (r() < 0.3 ? ipOf(r) : `${ipOf(r)}:${upTo(r, 65535)}`).replace(/:.*/, ''),
  bareip: ipOf,
  int: (r) => String(upTo(r, 100_000)),
  float: (r) => (r() * 100).toFixed(2),
  key: (r) => `${pick(r, words)}${hex(r, 12)}`,
  host: (r) =>
    pick(r, [
      `${pick(r, words)}.example.com`,
      `${pick(r, words)}-${upTo(r, 90)}.shop.example`,
      ipOf(r),
      pick(r, words),
    ]),
  command: (r) =>
    pick(r, [
      '/usr/sbin/anacron -s',
      'cd / && run-parts --report /etc/cron.hourly',
      'test -x /usr/sbin/job || true',
      'backup',
    ]),
  unit: (r) =>
    pick(r, [
      'ssh.service',
      'nginx.service',
      'cron.service',
      'mysql.service',
      'timers.target',
      'user@1000.service',
      'apt-daily.service',
    ]),
  quoted: (r) => `'${pick(r, ['exit-code', 'signal', 'timeout', 'shop', 'web', '10.0.0.1', 'core-dump'])}'`,
  path: (r) => `/${pick(r, words)}/${pick(r, words)}${r() < 0.5 ? `/${upTo(r, 999)}` : ''}`,
  program: (r) => pick(r, ['mysqld', 'nginx', 'java', 'node', 'redis-server', 'cron', 'mymaster']),
  nic: (r) => pick(r, ['eth0', 'eth1', 'wlan0', 'br-lan', 'docker0']),
  bus: (r) => `${upTo(r, 4)}-${upTo(r, 9)}`,
  disk: (r) => pick(r, ['sda1', 'sdb2', 'dm-0', 'vda1']),
  verdict: (r) => pick(r, ['DENIED', 'ALLOWED']),
  operation: (r) => pick(r, ['open', 'mknod', 'exec', 'file_mmap']),
  smtp: (r) => pick(r, ['AUTH', 'EHLO', 'CONNECT', 'UNKNOWN', 'RCPT', 'DATA']),
  hex: (r) => hex(r, 10).toUpperCase(),
  hexid: (r) => `0x${hex(r, 16)}`,
  mail: (r) => `${pick(r, names)}@${pick(r, words)}.example`,
  yesno: (r) => pick(r, ['YES', 'NO']),
  table: (r) => pick(r, words),
  file: (r) => `mysql-bin.${String(upTo(r, 999)).padStart(6, '0')}`,
  clock: (r) => `${10 + upTo(r, 9)}:${10 + upTo(r, 49)}:${10 + upTo(r, 49)}`,
  block: (r) => pick(r, [`blk_${upTo(r, 1e9)}`, `blk_-${upTo(r, 1e9)}`, `rdd_${upTo(r, 99)}_${upTo(r, 99)}`]),
  class: (r) =>
    `${pick(r, ['org.shop', 'com.example', 'android.intent.action'])}.${pick(r, ['Order', 'Cart', 'Payment', 'SCREEN', 'Stock'])}${pick(r, ['Handler', 'Filter', 'Task', 'ON'])}`,
  state: (r) => pick(r, ['NEW', 'INITED', 'RUNNING', 'SUCCEEDED', 'FAILED']),
  size: (r) => `${(r() * 100).toFixed(1)} ${pick(r, ['B', 'KB', 'MB'])}`,
  method: (r) => pick(r, ['alipay', 'wechat', 'card', 'voucher', 'transfer']),
  sku: (r) => `SKU-${upTo(r, 9999)}`,
  status: (r) => String(pick(r, [200, 201, 301, 404, 500])),
  name: (r) => pick(r, words),
  word: (r) => pick(r, [...words, ...names]),
  bytes: (r) => pick(r, [`${upTo(r, 999)} bytes`, `${upTo(r, 99_999)} bytes (${(r() * 90).toFixed(2)} KB)`]),
  life: (r) => pick(r, ['<1 sec', '00:02', '01:12']),
  list: (r) => Array.from({ length: 1 + upTo(r, 6) }, () => upTo(r, 99_999)).join('##'),
  onoff: (r) => pick(r, ['on', 'off']),
  bool: (r) => pick(r, ['true', 'false']),
}

export interface Labelled {
  readonly name: string
  readonly lines: readonly string[]
  /** Which message each line is of. */
  readonly labels: readonly number[]
}

/** Logs of each program: some messages often, some once. The same for the same seed. */
export const labelled = (seed: number, count: number): readonly Labelled[] =>
  Object.entries(programs).map(([name, messages]) => {
    const { between } = createRandom(seed, name.length)
    const r: Random = () => between(0, 2 ** 30 - 1) / 2 ** 30
    const weights = messages.map(() => r() ** 3)
    const sum = weights.reduce((a, b) => a + b)
    const lines: string[] = []
    const labels: number[] = []
    for (let i = 0; i < count; i++) {
      let rest = r() * sum
      const label = Math.min(
        messages.length - 1,
        weights.findIndex((weight) => (rest -= weight) < 0),
      )
      labels.push(label)
      lines.push(messages[label]!.replace(/\{(\w+)\}/g, (_, kind: string) => values[kind]!(r)))
    }
    return { name, lines, labels }
  })
