const octet = '(?:25[0-5]|2[0-4][0-9]|[01]?[0-9]{1,2})'
const quad = String.raw`(?:${octet}\.){3}${octet}`
/** Sixteen bits, and the last thirty-two. */
const h = '[0-9A-Fa-f]{1,4}'
const last = `(?:${quad}|${h}:${h})`
/** RFC 3986: by how much follows the double colon. */
const ipv6 = [
  `(?:${h}:){6}${last}`,
  `::(?:${h}:){5}${last}`,
  `(?:${h})?::(?:${h}:){4}${last}`,
  ...[1, 2, 3, 4].map((n) => `(?:(?:${h}:){0,${n}}${h})?::(?:${h}:){${4 - n}}${last}`),
  `(?:(?:${h}:){0,5}${h})?::${h}`,
  `(?:(?:${h}:){0,6}${h})?::`,
].join('|')

/** Numbers, words, addresses, paths, times: what the others are made of. */
export const base = String.raw`
USERNAME [\w.-]+
USER %{USERNAME}
# RFC 5321: a dot-atom of at most 64 characters.
EMAILLOCALPART (?=[\w.!#$%&'*+/=?^\x60{|}~-]{1,64}(?![\w.!#$%&'*+/=?^\x60{|}~-]))[\w!#$%&'*+/=?^\x60{|}~-]+(?:\.[\w!#$%&'*+/=?^\x60{|}~-]+)*
EMAILADDRESS %{EMAILLOCALPART}@%{HOSTNAME}
INT [+-]?[0-9]+
# As much as there is: neither digits nor a fraction are left over.
BASE10NUM (?<![0-9.+-])[+-]?(?:[0-9]+(?![0-9])(?:\.[0-9]+(?![0-9])|(?!\.[0-9]))|\.[0-9]+(?![0-9]))
NUMBER %{BASE10NUM}
BASE16NUM (?<![0-9A-Fa-f])[+-]?(?:0x)?[0-9A-Fa-f]+
BASE16FLOAT \b(?<![0-9A-Fa-f.])[+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+)\b
POSINT \b[1-9][0-9]*\b
NONNEGINT \b[0-9]+\b
WORD \b\w+\b
NOTSPACE \S+
SPACE \s*
DATA .*?
GREEDYDATA .*
QUOTEDSTRING (?<!\\)(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\x60(?:[^\x60\\]|\\.)*\x60)
QS %{QUOTEDSTRING}
UUID [0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}
# RFC 2141
URN urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:(?:%[0-9A-Fa-f]{2}|[0-9A-Za-z()+,.:=@;$_!*'/?#-])+

CISCOMAC (?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4}
WINDOWSMAC (?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}
COMMONMAC (?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}
MAC %{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}
# A zone (RFC 4007) may follow.
IPV6 (?:${ipv6})(?:%[\w.~-]+)?
IPV4 (?<![0-9])${quad}(?![0-9])
IP %{IPV6}|%{IPV4}
HOSTNAME \b[0-9A-Za-z][0-9A-Za-z-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z-]{0,62})*\.?
IPORHOST %{IP}|%{HOSTNAME}
HOSTPORT %{IPORHOST}:%{POSINT}

# Absolute ones.
PATH %{UNIXPATH}|%{WINPATH}
UNIXPATH /[[:alnum:]_%!$@:.,+~/-]*
TTY /dev/(?:pts|tty[pq]?)\w*/?[0-9]+
WINPATH (?:[A-Za-z]+:|\\)\\[^?*]*
URIPROTO [A-Za-z][0-9A-Za-z+.-]+
URIHOST %{IPORHOST}(?::%{POSINT:port|})?
URIPATH /[\w$.+!*'(){},~:;=@#%&|/-]*
URIQUERY [\w$.+!*'|(){},~@#%&/=:;?\[\]<>-]*
URIPARAM \?%{URIQUERY}
URIPATHPARAM %{URIPATH}(?:\?%{URIQUERY})?
URI %{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?

# English and German names.
MONTH \b(?:[Jj]an(?:uary?)?|[Ff]eb(?:ruary?)?|[Mm](?:[aä]r(?:ch|z)?|rz?)|[Aa]pr(?:il)?|[Mm]a[iy]|[Jj]un[ei]?|[Jj]ul[iy]?|[Aa]ug(?:ust)?|[Ss]ep(?:t(?:ember)?)?|[Oo][ck]t(?:ober)?|[Nn]ov(?:ember)?|[Dd]e[cz](?:ember)?)\b
MONTHNUM 0?[1-9]|1[0-2]
MONTHNUM2 0[1-9]|1[0-2]
MONTHDAY 0[1-9]|[12][0-9]|3[01]|[1-9]
DAY Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?
YEAR [0-9]{2}(?:[0-9]{2})?
HOUR 2[0-3]|[01]?[0-9]
MINUTE [0-5][0-9]
# 60 is a leap second.
SECOND (?:60|[0-5]?[0-9])(?:[:.,][0-9]+)?
TIME %{HOUR}:%{MINUTE}:%{SECOND}(?![0-9])
DATE_US %{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR}
DATE_EU %{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR}
ISO8601_TIMEZONE Z|[+-]%{HOUR}:?%{MINUTE}
ISO8601_SECOND %{SECOND}
TIMESTAMP_ISO8601 %{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?
DATE %{DATE_US}|%{DATE_EU}
DATESTAMP %{DATE}[- ]%{TIME}
TZ [AECMP][DS]T|UTC
DATESTAMP_RFC822 %{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ}
DATESTAMP_RFC2822 %{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE}
DATESTAMP_OTHER %{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR}
DATESTAMP_EVENTLOG %{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND}
HTTPDATE %{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT}

# RFC 3164
SYSLOGTIMESTAMP %{MONTH} +%{MONTHDAY} %{TIME}
PROG [!-Z\\^-~]+
SYSLOGPROG %{PROG:program|process.name}(?:\[%{POSINT:pid|process.pid:int}\])?
SYSLOGHOST %{IPORHOST}
SYSLOGFACILITY <%{NONNEGINT:facility|log.syslog.facility.code:int}.%{NONNEGINT:priority|log.syslog.priority:int}>
SYSLOGBASE %{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource|host.hostname} %{SYSLOGPROG}:

LOGLEVEL [Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo?(?:rmation)?|INFO?(?:RMATION)?|[Ww]arn?(?:ing)?|WARN?(?:ING)?|[Ee]rr?(?:or)?|ERR?(?:OR)?|[Cc]rit?(?:ical)?|CRIT?(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?
`
