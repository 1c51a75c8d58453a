/** MongoDB before and since 3.0. */
export const mongodb = String.raw`
MONGO_LOG %{SYSLOGTIMESTAMP:timestamp} \[%{WORD:component|mongodb.component}\] %{GREEDYDATA:message}
MONGO_QUERY \{ .* \}(?= ntoreturn:)
MONGO_WORDDASH \b[\w-]+\b
MONGO_SLOWQUERY %{WORD:op|mongodb.profile.op} %{MONGO_WORDDASH:database|mongodb.database}\.%{MONGO_WORDDASH:collection|mongodb.collection} %{WORD}: %{MONGO_QUERY:query|mongodb.query.original} ntoreturn:%{NONNEGINT:ntoreturn|mongodb.profile.ntoreturn:int} ntoskip:%{NONNEGINT:ntoskip|mongodb.profile.ntoskip:int} nscanned:%{NONNEGINT:nscanned|mongodb.profile.nscanned:int}.*? nreturned:%{NONNEGINT:nreturned|mongodb.profile.nreturned:int}.*? %{INT:duration|mongodb.profile.duration:int}ms
MONGO3_SEVERITY \w
MONGO3_COMPONENT %{WORD}|-
@legacy MONGO3_LOG %{TIMESTAMP_ISO8601:timestamp} %{MONGO3_SEVERITY:severity} %{MONGO3_COMPONENT:component}%{SPACE}(?:\[%{DATA:context}\])? %{GREEDYDATA:message}
@ecs MONGO3_LOG %{TIMESTAMP_ISO8601:timestamp} %{MONGO3_SEVERITY:log.level} (?:-|%{WORD:mongodb.component})%{SPACE}(?:\[%{DATA:mongodb.context}\])? %{GREEDYDATA:message}
`
