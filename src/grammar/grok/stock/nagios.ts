const fields: Readonly<Record<string, string>> = {
  host: '%{DATA:nagios_hostname|host.hostname}',
  service: '%{DATA:nagios_service|service.name}',
  state: '%{DATA:nagios_state|service.state}',
  level: '%{DATA:nagios_statelevel|nagios.log.state_type}',
  attempt: '%{NUMBER:nagios_attempt|nagios.log.attempt}',
  // Of a current state these had other names.
  stateType: '%{DATA:nagios_statetype|nagios.log.state_type}',
  stateCode: '%{DATA:nagios_statecode|nagios.log.attempt}',
  message: '%{GREEDYDATA:nagios_message|message}',
  comment: '%{GREEDYDATA:nagios_comment|nagios.log.comment}',
  contact: '%{DATA:nagios_notifyname|user.name}',
  notifier: '%{DATA:nagios_contact|nagios.log.notification_command}',
  handler: '%{DATA:nagios_event_handler_name|nagios.log.event_handler_name}',
  result: '%{GREEDYDATA:nagios_check_result|nagios.log.check_result}',
  lastHost: '%{GREEDYDATA:nagios_hostname|host.hostname}',
  lastService: '%{GREEDYDATA:nagios_service|service.name}',
}
/** What another follows holds no semicolon; the last takes what its pattern takes. */
const listed = (names: string): string =>
  names
    .split(' ')
    .map((name, i, all) => (i < all.length - 1 ? fields[name]!.replace('%{DATA:', '%{NAGIOS_TEXT:') : fields[name]!))
    .join(';')
/** One that another follows. */
const inner = (name: string): string => listed(`${name} message`).split(';')[0]!

/** `TYPE: a;b;c` lines. */
const kinds: Readonly<Record<string, string>> = {
  CURRENT_SERVICE_STATE: 'host service state stateType stateCode message',
  CURRENT_HOST_STATE: 'host state stateType stateCode message',
  SERVICE_NOTIFICATION: 'contact host service state notifier message',
  HOST_NOTIFICATION: 'contact host state notifier message',
  SERVICE_ALERT: 'host service state level attempt message',
  HOST_ALERT: 'host state level attempt message',
  SERVICE_FLAPPING_ALERT: 'host service state message',
  HOST_FLAPPING_ALERT: 'host state message',
  SERVICE_DOWNTIME_ALERT: 'host service state comment',
  HOST_DOWNTIME_ALERT: 'host state comment',
  PASSIVE_SERVICE_CHECK: 'host service state comment',
  PASSIVE_HOST_CHECK: 'host state comment',
  SERVICE_EVENT_HANDLER: 'host service state level handler',
  HOST_EVENT_HANDLER: 'host state level handler',
}
/** `EXTERNAL COMMAND: NAME;a;b` lines. */
const commands: Readonly<Record<string, string>> = {
  DISABLE_SVC_CHECK: 'host service',
  ENABLE_SVC_CHECK: 'host service',
  DISABLE_HOST_CHECK: 'host',
  ENABLE_HOST_CHECK: 'host',
  PROCESS_SERVICE_CHECK_RESULT: 'host service state result',
  PROCESS_HOST_CHECK_RESULT: 'host state result',
  DISABLE_HOST_SVC_NOTIFICATIONS: 'lastHost',
  ENABLE_HOST_SVC_NOTIFICATIONS: 'lastHost',
  DISABLE_HOST_NOTIFICATIONS: 'lastHost',
  ENABLE_HOST_NOTIFICATIONS: 'lastHost',
  DISABLE_SVC_NOTIFICATIONS: 'host lastService',
  ENABLE_SVC_NOTIFICATIONS: 'host lastService',
}
const type = (name: string): string => `%{NAGIOS_TYPE_${name}:nagios_type|nagios.log.type}:`
const command = (name: string): string =>
  `NAGIOS_EC_LINE_${name} ${type('EXTERNAL_COMMAND')} %{NAGIOS_EC_${name}:nagios_command|nagios.log.command};`
const lines = [
  ...Object.entries(kinds).map(([name, names]) => `NAGIOS_${name} ${type(name)} ${listed(names)}`),
  `NAGIOS_TIMEPERIOD_TRANSITION ${type('TIMEPERIOD_TRANSITION')} ${inner('service')};%{NAGIOS_TEXT:nagios_unknown1|};%{DATA:nagios_unknown2|}`,
  ...Object.entries(commands).map(([name, names]) => `${command(name)}${listed(names)}`),
  `${command('SCHEDULE_HOST_DOWNTIME')}${inner('host')};%{NUMBER:nagios_start_time|nagios.log.start_time};%{NUMBER:nagios_end_time|nagios.log.end_time};%{NUMBER:nagios_fixed|nagios.log.fixed};%{NUMBER:nagios_trigger_id|nagios.log.trigger_id};%{NUMBER:nagios_duration|nagios.log.duration:int};%{NAGIOS_TEXT:author|user.name};%{DATA:comment|nagios.log.comment}`,
]
const named = (line: string): string => line.slice(0, line.indexOf(' '))

/** Nagios: its log's types, and the external commands among them. */
export const nagios = String.raw`
NAGIOS_TEXT [^;]*
NAGIOSTIME \[%{NUMBER:nagios_epoch|timestamp}\]
NAGIOS_WARNING Warning:%{SPACE}%{GREEDYDATA:nagios_message|message}
${[...Object.keys(kinds), 'EXTERNAL_COMMAND', 'TIMEPERIOD_TRANSITION'].map((name) => `NAGIOS_TYPE_${name} ${name.replaceAll('_', ' ')}`).join('\n')}
${[...Object.keys(commands), 'SCHEDULE_SERVICE_DOWNTIME', 'SCHEDULE_HOST_DOWNTIME'].map((name) => `NAGIOS_EC_${name} ${name}`).join('\n')}
${lines.join('\n')}
NAGIOSLOGLINE %{NAGIOSTIME} (?:%{NAGIOS_WARNING}|${lines.map((line) => `%{${named(line)}}`).join('|')})
`
  // A period that changed: from what to what, in ECS's names.
  .replace(/^(NAGIOS_TIMEPERIOD_TRANSITION .*)$/m, (line) =>
    [
      `@legacy ${line}`,
      `@ecs ${line.replace(/;.*$/, ';%{NUMBER:nagios.log.period_from:int};%{NUMBER:nagios.log.period_to:int}')}`,
    ].join('\n'),
  )
