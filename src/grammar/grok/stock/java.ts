/** Java's stack traces, Tomcat's logs. */
export const java = String.raw`
JAVACLASS (?:[A-Za-z_$][\w$]*\.)*[A-Za-z_$][\w$]*
# A blank, for 'Native Method' and 'Unknown Source', which have no line either.
JAVAFILE [\w$. -]+
JAVAMETHOD <(?:cl)?init>|[A-Za-z_$][\w$]*
JAVASTACKTRACEPART %{SPACE}at %{JAVACLASS:class|java.log.origin.class.name}\.%{JAVAMETHOD:method|log.origin.function}\(%{JAVAFILE:file|log.origin.file.name}(?::%{INT:line|log.origin.file.line:int})?\)
JAVATHREAD [A-Z]{2}-Processor[0-9]+
JAVALOGMESSAGE .*

# Tomcat 4.1 to 7: Jan 9, 2014 7:13:13 AM; from 8 on: 31-Jul-2020 16:40:38.578
CATALINA7_DATESTAMP %{MONTH} %{MONTHDAY}, %{YEAR} %{HOUR}:%{MINUTE}:%{SECOND} (?:AM|PM)
CATALINA8_DATESTAMP %{MONTHDAY}-%{MONTH}-%{YEAR} %{HOUR}:%{MINUTE}:%{SECOND}
@legacy CATALINA_DATESTAMP %{MONTH} %{MONTHDAY}, %{YEAR} %{HOUR}:?%{MINUTE}(?::?%{SECOND}) (?:AM|PM)
@legacy CATALINALOG %{CATALINA_DATESTAMP:timestamp} %{JAVACLASS:class} %{JAVALOGMESSAGE:logmessage}
@ecs CATALINA_DATESTAMP %{CATALINA8_DATESTAMP}|%{CATALINA7_DATESTAMP}
@ecs CATALINA7_LOG %{CATALINA7_DATESTAMP:timestamp} %{JAVACLASS:java.log.origin.class.name}(?: %{JAVAMETHOD:log.origin.function})?\s*(?:%{LOGLEVEL:log.level}:)? %{JAVALOGMESSAGE:message}
@ecs CATALINA8_LOG %{CATALINA8_DATESTAMP:timestamp} %{LOGLEVEL:log.level} \[%{DATA:java.log.origin.thread.name}\] %{JAVACLASS:java.log.origin.class.name}\.(?:%{JAVAMETHOD:log.origin.function})? %{JAVALOGMESSAGE:message}
@ecs CATALINALOG %{CATALINA8_LOG}|%{CATALINA7_LOG}

# 2014-01-09 17:32:25,527 -0800
@legacy TOMCAT_DATESTAMP %{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:?%{MINUTE}(?::?%{SECOND}) %{ISO8601_TIMEZONE}
@legacy TOMCATLOG %{TOMCAT_DATESTAMP:timestamp} \| %{LOGLEVEL:level} \| %{JAVACLASS:class} - %{JAVALOGMESSAGE:logmessage}
@ecs TOMCATLEGACY_DATESTAMP %{YEAR}-%{MONTHNUM}-%{MONTHDAY} %{HOUR}:%{MINUTE}:%{SECOND}(?: %{ISO8601_TIMEZONE})?
@ecs TOMCATLEGACY_LOG %{TOMCATLEGACY_DATESTAMP:timestamp} \| %{LOGLEVEL:log.level} \| %{JAVACLASS:java.log.origin.class.name} - %{JAVALOGMESSAGE:message}
@ecs TOMCAT7_LOG %{CATALINA7_LOG}
@ecs TOMCAT8_LOG %{CATALINA8_LOG}
@ecs TOMCAT_DATESTAMP %{CATALINA8_DATESTAMP}|%{CATALINA7_DATESTAMP}|%{TOMCATLEGACY_DATESTAMP}
@ecs TOMCATLOG %{TOMCAT8_LOG}|%{TOMCAT7_LOG}|%{TOMCATLEGACY_LOG}
`
