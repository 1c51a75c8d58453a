/** Linux: syslog in both its formats, PAM, cron. */
export const syslog = String.raw`
SYSLOG5424PRINTASCII [!-~]+

@legacy SYSLOGBASE2 (?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp8601}) (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource}(?: %{SYSLOGPROG}:|)
@ecs SYSLOGBASE2 (?:%{SYSLOGTIMESTAMP:timestamp}|%{TIMESTAMP_ISO8601:timestamp})(?: %{SYSLOGFACILITY})?(?: %{SYSLOGHOST:host.hostname})?(?: %{SYSLOGPROG}:)?
SYSLOGPAMSESSION %{SYSLOGBASE} (?=%{GREEDYDATA:message})%{WORD:pam_module|system.auth.pam.module}\(%{DATA:pam_caller|system.auth.pam.origin}\): session %{WORD:pam_session_state|system.auth.pam.session_state} for user %{USERNAME:username|user.name}(?: by %{GREEDYDATA:pam_by|})?

CRON_ACTION [A-Z ]+
CRONLOG %{SYSLOGBASE} \(%{USER:user|user.name}\) %{CRON_ACTION:action|system.cron.action} \(%{DATA:message}\)

SYSLOGLINE %{SYSLOGBASE2} %{GREEDYDATA:message}

# RFC 5424
SYSLOG5424PRI <%{NONNEGINT:syslog5424_pri|log.syslog.priority:int}>
SYSLOG5424SD (?:\[(?:[^\]\\]|\\.)*\])+
SYSLOG5424BASE %{SYSLOG5424PRI}%{NONNEGINT:syslog5424_ver|system.syslog.version} +(?:-|%{TIMESTAMP_ISO8601:syslog5424_ts|timestamp}) +(?:-|%{IPORHOST:syslog5424_host|host.hostname}) +(?:-|%{SYSLOG5424PRINTASCII:syslog5424_app|process.name}) +(?:-|%{PROCID:syslog5424_proc|process.pid:int}) +(?:-|%{SYSLOG5424PRINTASCII:syslog5424_msgid|event.code}) +(?:-|%{SYSLOG5424SD:syslog5424_sd|system.syslog.structured_data})?
SYSLOG5424LINE %{SYSLOG5424BASE} +%{GREEDYDATA:syslog5424_msg|message}
`
  // Before ECS it was any text, with it a number.
  .replace(/^SYSLOG5424BASE .*$/m, (line) =>
    [`@legacy ${line.replace('PROCID', 'SYSLOG5424PRINTASCII')}`, `@ecs ${line.replace('PROCID', 'POSINT')}`].join(
      '\n',
    ),
  )
