import { exportEntries, type Infer, json, key, rangesOf } from 'tailrace'
import { facilityRanges, severityRanges } from './system/header.ts'

const own = (name: string) => key(name, 'keyword', { octets: true })

/** The systemd journal as `journalctl -o json` and `-o export` print it; a journal's own fields beyond these stay as they are. */
export const journald = json({
  name: 'journald',
  title: 'systemd journal (journalctl -o json, -o export)',
  url: 'https://systemd.io/JOURNAL_EXPORT_FORMATS',
  framing: exportEntries(),
  members: {
    '@timestamp': key('__REALTIME_TIMESTAMP', 'date', { layouts: ['epoch_us'], required: true }),
    message: key('MESSAGE', 'text', { octets: true }),
    'process.name': key(['SYSLOG_IDENTIFIER', '_COMM'], 'keyword', { octets: true }),
    'process.pid': key(['_PID', 'SYSLOG_PID'], 'long'),
    'process.thread.id': key('TID', 'long'),
    'process.executable': own('_EXE'),
    'process.command_line': own('_CMDLINE'),
    'user.id': own('_UID'),
    'group.id': own('_GID'),
    'host.hostname': own('_HOSTNAME'),
    'host.id': own('_MACHINE_ID'),
    'host.boot.id': own('_BOOT_ID'),
    'log.syslog.severity.code': key('PRIORITY', 'long'),
    'log.syslog.facility.code': key('SYSLOG_FACILITY', 'long'),
    'log.origin.file.name': own('CODE_FILE'),
    'log.origin.file.line': key('CODE_LINE', 'long'),
    'log.origin.function': own('CODE_FUNC'),
    'error.code': own('ERRNO'),
    'event.code': own('MESSAGE_ID'),
    'container.id': key(['CONTAINER_ID_FULL', 'CONTAINER_ID'], 'keyword'),
    'container.name': own('CONTAINER_NAME'),
    'container.image.name': own('IMAGE_NAME'),
    'journald.cursor': key('__CURSOR', 'keyword', { required: true }),
    'journald.transport': own('_TRANSPORT'),
    'journald.unit': key(['_SYSTEMD_UNIT', 'UNIT'], 'keyword', { octets: true }),
    'journald.user_unit': key(['_SYSTEMD_USER_UNIT', 'USER_UNIT'], 'keyword', { octets: true }),
    'journald.slice': own('_SYSTEMD_SLICE'),
    'journald.cgroup': own('_SYSTEMD_CGROUP'),
    'journald.invocation_id': own('_SYSTEMD_INVOCATION_ID'),
  },
  derive: {
    'log.level': rangesOf('log.syslog.severity.code', severityRanges),
    'log.syslog.severity.name': rangesOf('log.syslog.severity.code', severityRanges),
    'log.syslog.facility.name': rangesOf('log.syslog.facility.code', facilityRanges),
  },
  samples: [
    '{"__CURSOR":"s=0e80;i=1;b=4e9e;m=6464;t=6614;x=a807","__REALTIME_TIMESTAMP":"1795831834659569","_BOOT_ID":"4e9e","PRIORITY":"6","SYSLOG_IDENTIFIER":"shop","_PID":"29","_HOSTNAME":"mymachine","_SYSTEMD_UNIT":"shop.service","MESSAGE":"started"}',
    '{"__CURSOR":"s=0e80;i=2;b=4e9e;m=6465;t=6615;x=a808","__REALTIME_TIMESTAMP":"1795831834659570","PRIORITY":"4","_COMM":"shop","MESSAGE":[27,91,51,49,109,114,101,100]}',
  ],
})
export type Journald = Infer<typeof journald>
