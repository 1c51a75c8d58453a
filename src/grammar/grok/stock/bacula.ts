const volume = '"%{BACULA_VOLUME:volume|bacula.volume.name}"'
const onDevice = String.raw`"%{BACULA_DEVICE:device|bacula.volume.device}" \(%{BACULA_DEVICEPATH:|bacula.volume.path}\)`
const failed = 'ERR=%{GREEDYDATA:berror|error.message}'
const peer =
  '(?:Client: %{BACULA_HOST:client|bacula.client.name}|Storage daemon) on %{IPORHOST:|client.address}:%{POSINT:|client.port:int}'
const client = 'for client %{BACULA_HOST:client|bacula.client.name} from catalog'
const fatal = 'Fatal [eE]rror:'

/** What a job says; the order is the one in which they are tried. */
const messages: Readonly<Record<string, string>> = {
  MAX_CAPACITY: String.raw`User defined maximum volume capacity %{BACULA_CAPACITY:|bacula.volume.max_capacity} exceeded on device ${onDevice}\.?`,
  END_VOLUME: String.raw`End of medium on Volume ${volume} Bytes=%{BACULA_CAPACITY:|bacula.volume.bytes} Blocks=%{BACULA_CAPACITY:|bacula.volume.blocks} at %{BACULA_DATED:|bacula.timestamp}\.`,
  NEW_VOLUME: String.raw`Created new Volume ${volume} in catalog\.`,
  NEW_LABEL: String.raw`Labeled new Volume ${volume} on (?:file )?device ${onDevice}\.`,
  WROTE_LABEL: `Wrote label to prelabeled Volume ${volume} on device ${onDevice}`,
  NEW_MOUNT: String.raw`New volume ${volume} mounted on device ${onDevice} at %{BACULA_DATED:|bacula.timestamp}\.`,
  NOOPEN: String.raw`\s*Cannot open %{DATA}: ${failed}`,
  NOOPENDIR: String.raw`\s*Could not open directory "?%{DATA:|file.path}"?: ${failed}`,
  NOSTAT: String.raw`\s*Could not stat %{DATA:|file.path}: ${failed}`,
  NOJOBS: String.raw`There are no more Jobs associated with Volume ${volume}\. Marking it purged\.`,
  ALL_RECORDS_PRUNED: `.*?All records pruned from Volume ${volume}; marking it "Purged"`,
  BEGIN_PRUNE_JOBS: String.raw`Begin pruning Jobs older than %{INT} month %{INT} days \.`,
  BEGIN_PRUNE_FILES: String.raw`Begin pruning Files\.`,
  PRUNED_JOBS: String.raw`Pruned %{INT} Jobs? ${client}\.`,
  PRUNED_FILES: String.raw`Pruned Files from %{INT} Jobs? ${client}\.`,
  ENDPRUNE: String.raw`End auto prune\.`,
  STARTJOB: 'Start Backup JobId %{INT}, Job=%{BACULA_JOB:job|bacula.job.name}',
  STARTRESTORE: 'Start Restore Job %{BACULA_JOB:job|bacula.job.name}',
  USEDEVICE: 'Using Device "%{BACULA_DEVICE:device|bacula.volume.device}"',
  DIFF_FS: String.raw`\s*%{UNIXPATH} is a different filesystem\. Will not descend from %{UNIXPATH} into it\.`,
  JOBEND:
    'Job write elapsed time = %{DATA:elapsed|bacula.job.elapsed_time}, Transfer rate = %{NUMBER} [KMG]? ?Bytes/second',
  NOPRUNE_JOBS: String.raw`No Jobs found to prune\.`,
  NOPRUNE_FILES: String.raw`No Files found to prune\.`,
  VOLUME_PREVWRITTEN: String.raw`Volume "?%{BACULA_VOLUME:volume|bacula.volume.name}"? previously written, moving to end of data\.`,
  READYAPPEND: `Ready to append to end of Volume ${volume} size=%{INT:|bacula.volume.size:int}`,
  CANCELLING: String.raw`Cancelling duplicate JobId=%{INT:|bacula.job.other_id}\.`,
  MARKCANCEL: String.raw`JobId %{INT:|bacula.job.id}, Job %{BACULA_JOB:job|bacula.job.name} marked to be canceled\.`,
  CLIENT_RBJ: 'shell command: run ClientRunBeforeJob "%{GREEDYDATA:runjob|bacula.job.client_run_before_command}"',
  VSS: '(?:Generate )?VSS (?:Writer)?',
  MAXSTART: String.raw`${fatal} Job canceled because max start delay time exceeded\.`,
  DUPLICATE: String.raw`${fatal} JobId %{INT:duplicate|bacula.job.other_id} already running\. Duplicate job not allowed\.`,
  NOJOBSTAT: String.raw`${fatal} No Job status returned from FD\.`,
  FATAL_CONN: String.raw`${fatal} bsock\.c:\d+ Unable to connect to ${peer}\. ${failed}`,
  NO_CONNECT: String.raw`Warning: bsock\.c:\d+ Could not connect to ${peer}\. ${failed}`,
  NO_AUTH: String.raw`${fatal} Unable to authenticate with File daemon at "?%{IPORHOST:|client.address}(?::%{POSINT:|client.port:int})?"?\. Possible causes:`,
  NOSUIT: String.raw`No prior or suitable Full backup found in catalog\. Doing FULL backup\.`,
  JOB: String.raw`(?:Error: )?Bacula %{BACULA_HOST} %{BACULA_VERSION} \(%{BACULA_VERSION}\):`,
  NOPRIOR: String.raw`No prior Full backup Job record found\.`,
}

/** Bacula's job messages. */
export const bacula = `
@legacy BACULA_TIMESTAMP %{MONTHDAY}-%{MONTH} %{HOUR}:%{MINUTE}
@ecs BACULA_TIMESTAMP %{BACULA_DATED}
BACULA_DATED %{MONTHDAY}-%{MONTH}(?:-%{YEAR})? %{HOUR}:%{MINUTE}
@legacy BACULA_HOST [0-9A-Za-z-]+
@ecs BACULA_HOST %{HOSTNAME}
BACULA_VOLUME %{USER}
BACULA_DEVICE %{USER}
BACULA_DEVICEPATH %{UNIXPATH}
BACULA_CAPACITY [0-9]+(?:,[0-9]+)*
BACULA_VERSION %{USER}
BACULA_JOB %{USER}
${Object.entries(messages)
  .map(([name, text]) => `BACULA_LOG_${name} ${text}`)
  .join('\n')}
BACULA_LOG_ANY ${Object.keys(messages)
  .map((name) => `%{BACULA_LOG_${name}}`)
  .join('|')}
@legacy BACULA_LOGLINE %{BACULA_TIMESTAMP:bts} %{BACULA_HOST:hostname}(?: JobId %{INT:jobid})?: %{BACULA_LOG_ANY}
@ecs BACULA_LOG %{BACULA_TIMESTAMP:timestamp} %{BACULA_HOST:host.hostname}(?: JobId %{INT:bacula.job.id})?:? %{BACULA_LOG_ANY}
@ecs BACULA_LOGLINE %{BACULA_LOG}
`
