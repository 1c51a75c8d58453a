const unit = String.raw`\((?:Primary|Secondary)\)`
const action = '%{CISCO_ACTION:action|cisco.asa.outcome}'
const direction = '%{CISCO_DIRECTION:direction|cisco.asa.network.direction}'
const transport = '%{WORD:protocol|cisco.asa.network.transport}'
const reason = '%{CISCO_REASON:reason|event.reason}'
const srcIp = '%{IP:src_ip|source.ip}'
const dstIp = '%{IP:dst_ip|destination.ip}'
const srcPort = '%{INT:src_port|source.port:int}'
const dstPort = '%{INT:dst_port|destination.port:int}'
const srcUser = String.raw`(?:\(%{DATA:src_fwuser|source.user.name}\))?`
const dstUser = String.raw`(?:\(%{DATA:dst_fwuser|destination.user.name}\))?`
const srcInterface = '%{CISCO_INTERFACE:src_interface|observer.ingress.interface.name}'
const dstInterface = '%{CISCO_INTERFACE:dst_interface|observer.egress.interface.name}'
const srcEnd = `${srcInterface}:${srcIp}/${srcPort}`
const dstEnd = `${dstInterface}:${dstIp}/${dstPort}`
const plainEnds = `${srcIp}/${srcPort} to ${dstIp}/${dstPort}`
const icmp = String.raw`\(type %{INT:icmp_type|cisco.asa.icmp_type:int}, code %{INT:icmp_code|cisco.asa.icmp_code:int}\)`
const hashes = String.raw`\[%{DATA:hashcode1|@metadata.cisco.asa.hashcode1}, %{DATA:hashcode2|@metadata.cisco.asa.hashcode2}\]`
const onInterface = 'on interface %{NOTSPACE:interface|observer.egress.interface.name}'
/** A trailing name before ECS was a text that took as little as it could: nothing. */
const interfaceOfOld = 'on interface %{DATA:interface}'
const list = (name: string): string => `access-list %{NOTSPACE:policy_id|cisco.asa.rule_name} ${name}`
const listed = (end: string): string =>
  String.raw`%{NOTSPACE_LAZY:${end === 'src' ? 'src_interface|observer.ingress.interface.name' : 'dst_interface|observer.egress.interface.name'}}/${end === 'src' ? srcIp : dstIp}\(${end === 'src' ? srcPort : dstPort}\)`
const user = (legacy: string, ecs: string): string => String.raw`\(user=\s?%{DATA:${legacy}|${ecs}}\)`

/** Cisco ASA, by message number: https://www.cisco.com/c/en/us/td/docs/security/asa/syslog/b_syslog.html */
export const cisco = String.raw`
CISCO_TAGGED_SYSLOG ^<%{POSINT:syslog_pri|log.syslog.priority:int}>%{CISCOTIMESTAMP:timestamp}(?: %{SYSLOGHOST:sysloghost|host.hostname})? ?: %%{CISCOTAG:ciscotag|cisco.asa.tag}:
CISCOTIMESTAMP %{MONTH} +%{MONTHDAY}(?: %{YEAR})? %{TIME}
CISCOTAG [0-9A-Z]+-%{INT}-[0-9A-Z_]+
CISCO_ACTION Built|Teardown|Deny|Denied|denied by ACL|denied|requested|permitted|discarded|est-allowed|Dropping|created|deleted
CISCO_REASON Duplicate TCP SYN|Failed to locate egress interface|Invalid transport field|No matching connection|DNS Response|DNS Query|(?:\w+(?:\s+\w+)*)?
CISCO_DIRECTION [Ii]nbound|[Oo]utbound
CISCO_INTERVAL first hit|%{INT}-second interval
CISCO_XLATE_TYPE static|dynamic
CISCO_INTERFACE [^\s:]+
NOTSPACE_LAZY \S*?
CISCO_HITCOUNT_INTERVAL hit-cnt %{INT:hit_count|cisco.asa.hit_count:int} (?:first hit|%{INT:interval|cisco.asa.interval:int}-second interval)
CISCO_SRC_IP_USER ${srcInterface}:${srcIp}${srcUser}
CISCO_DST_IP_USER ${dstInterface}:${dstIp}${dstUser}
CISCO_SRC_HOST_PORT_USER ${srcInterface}:(?:${srcIp}|%{HOSTNAME:src_ip|source.address})(?:/${srcPort})?${srcUser}
CISCO_DST_HOST_PORT_USER ${dstInterface}:(?:${dstIp}|%{HOSTNAME:dst_ip|destination.address})(?:/${dstPort})?${dstUser}

CISCOFW104001 ${unit} Switching to ACTIVE - %{GREEDYDATA:switch_reason|event.reason}
CISCOFW104002 ${unit} Switching to STANDBY - %{GREEDYDATA:switch_reason|event.reason}
CISCOFW104003 ${unit} Switching to FAILED\.
CISCOFW104004 ${unit} Switching to OK\.
CISCOFW105003 ${unit} Monitoring on [Ii]nterface %{NOTSPACE:interface_name|network.interface.name} waiting
CISCOFW105004 ${unit} Monitoring on [Ii]nterface %{NOTSPACE:interface_name|network.interface.name} normal
CISCOFW105005 ${unit} Lost Failover communications with mate on [Ii]nterface %{NOTSPACE:interface_name|network.interface.name}
CISCOFW105008 ${unit} Testing [Ii]nterface %{NOTSPACE:interface_name|network.interface.name}
CISCOFW105009 ${unit} Testing on [Ii]nterface %{NOTSPACE:interface_name|network.interface.name} (?:Passed|Failed)
CISCOFW106001 ${direction} ${transport} connection ${action} from ${plainEnds} flags %{DATA:tcp_flags|cisco.asa.tcp_flags} +${onInterface}
@legacy CISCOFW106006_106007_106010 ${action} ${direction} ${transport} (?:from|src) ${srcIp}/${srcPort}${srcUser} (?:to|dst) ${dstIp}/${dstPort}${dstUser} (?:${interfaceOfOld}|due to ${reason})
@ecs CISCOFW106006_106007_106010 ${action} ${direction} ${transport} (?:from|src) ${srcIp}/${srcPort}${srcUser} (?:to|dst) ${dstIp}/${dstPort}${dstUser} (?:${onInterface}|due to ${reason})
CISCOFW106014 ${action} ${direction} ${transport} src %{CISCO_SRC_IP_USER} dst %{CISCO_DST_IP_USER}\s?${icmp}
CISCOFW106015 ${action} ${transport} \(%{DATA:policy_id|cisco.asa.rule_name}\) from ${plainEnds} flags %{DATA:tcp_flags|cisco.asa.tcp_flags} +${onInterface}
CISCOFW106021 ${action} ${transport} reverse path check from ${srcIp} to ${dstIp} ${onInterface}
CISCOFW106023 ${action}(?: protocol)? ${transport} src %{CISCO_SRC_HOST_PORT_USER} dst %{CISCO_DST_HOST_PORT_USER}(?: ${icmp})? by access-group "?%{DATA:policy_id|cisco.asa.rule_name}"? ${hashes}
@legacy CISCOFW106100_2_3 ${list(`${action} ${transport}`)} for user '%{DATA:src_fwuser}' ${listed('src')} -> ${listed('dst')} hit-cnt %{INT:hit_count} %{CISCO_INTERVAL:interval} ${hashes}
@ecs CISCOFW106100_2_3 ${list(`${action} ${transport}`)} for user '%{DATA:user.name}' ${listed('src')} -> ${listed('dst')} %{CISCO_HITCOUNT_INTERVAL} ${hashes}
CISCOFW106100 ${list(`${action} ${transport}`)} ${listed('src')}${srcUser} -> ${listed('dst')}${srcUser} hit-cnt %{INT:hit_count|cisco.asa.hit_count:int} %{CISCO_INTERVAL:interval|} ${hashes}
CISCOFW304001 ${srcIp}${srcUser} Accessed URL ${dstIp}:%{GREEDYDATA:dst_url|url.original}
CISCOFW110002 ${reason} for ${transport} from ${srcEnd} to ${dstIp}/${dstPort}
CISCOFW302010 %{INT:connection_count|cisco.asa.connections.in_use:int} in use, %{INT:connection_count_max|cisco.asa.connections.most_used:int} most used
CISCOFW302013_302014_302015_302016 ${action}(?: ${direction})? ${transport} connection %{INT:connection_id|cisco.asa.connection_id} for ${srcEnd}(?: \(%{IP:src_mapped_ip|source.nat.ip}/%{INT:src_mapped_port|source.nat.port:int}\))?${srcUser} to ${dstEnd}(?: \(%{IP:dst_mapped_ip|destination.nat.ip}/%{INT:dst_mapped_port|destination.nat.port:int}\))?${dstUser}(?: duration %{TIME:duration|cisco.asa.duration} bytes %{INT:bytes|network.bytes:int})?(?: ${reason})?(?: \(%{DATA:user|user.name}\))?
@legacy CISCOFW302020_302021 ${action}(?: ${direction})? ${transport} connection for faddr ${dstIp}/%{INT:icmp_seq_num}(?:\(%{DATA:fwuser}\))? gaddr %{IP:src_xlated_ip}/%{INT:icmp_code_xlated} laddr ${srcIp}/%{INT:icmp_code}(?: \(%{DATA:user}\))?
@ecs CISCOFW302020_302021 ${action}(?: ${direction})? ${transport} connection for faddr ${dstIp}/%{INT:cisco.asa.icmp_seq:int}${dstUser} gaddr %{IP:source.nat.ip}/%{INT:cisco.asa.icmp_type:int} laddr ${srcIp}/%{INT}(?: \(%{DATA:source.user.name}\))?
@legacy CISCOFW305011 ${action} %{CISCO_XLATE_TYPE:xlate_type} ${transport} translation from ${srcInterface}:${srcIp}(?:/${srcPort})?${srcUser} to %{CISCO_INTERFACE:src_xlated_interface}:%{IP:src_xlated_ip}/%{DATA:src_xlated_port}
@ecs CISCOFW305011 ${action} %{CISCO_XLATE_TYPE} ${transport} translation from ${srcInterface}:${srcIp}(?:/${srcPort})?${srcUser} to ${dstEnd}
@legacy CISCOFW313001_313004_313008 ${action} ${transport} type=%{INT:icmp_type}, code=%{INT:icmp_code} from ${srcIp} ${interfaceOfOld}(?: to ${dstIp})?
@ecs CISCOFW313001_313004_313008 ${action} ${transport} type=%{INT:cisco.asa.icmp_type:int}, code=%{INT:cisco.asa.icmp_code:int} from ${srcIp} ${onInterface}(?: to ${dstIp})?
@legacy CISCOFW313005 ${reason} for ${transport} error message: %{WORD:err_protocol} src %{CISCO_INTERFACE:err_src_interface}:%{IP:err_src_ip}(?:\(%{DATA:err_src_fwuser}\))? dst %{CISCO_INTERFACE:err_dst_interface}:%{IP:err_dst_ip}(?:\(%{DATA:err_dst_fwuser}\))? \(type %{INT:err_icmp_type}, code %{INT:err_icmp_code}\) on %{NOTSPACE:interface} interface\.\s+Original IP payload: %{WORD:protocol} src %{IP:orig_src_ip}/%{INT:orig_src_port}(?:\(%{DATA:orig_src_fwuser}\))? dst %{IP:orig_dst_ip}/%{INT:orig_dst_port}(?:\(%{DATA:orig_dst_fwuser}\))?
@ecs CISCOFW313005 ${reason} for ${transport} error message: %{WORD} src %{CISCO_SRC_IP_USER} dst %{CISCO_DST_IP_USER} ${icmp} on %{NOTSPACE} interface\.\s+Original IP payload: %{WORD:cisco.asa.original_ip_payload.network.transport} src %{IP:cisco.asa.original_ip_payload.source.ip}/%{INT:cisco.asa.original_ip_payload.source.port:int}(?:\(%{DATA:cisco.asa.original_ip_payload.source.user.name}\))? dst %{IP:cisco.asa.original_ip_payload.destination.ip}/%{INT:cisco.asa.original_ip_payload.destination.port:int}(?:\(%{DATA:cisco.asa.original_ip_payload.destination.user.name}\))?
CISCOFW321001 Resource '%{DATA:resource_name|cisco.asa.resource.name}' limit of %{POSINT:resource_limit|cisco.asa.resource.limit:int} reached for system
CISCOFW402117 %{WORD:protocol|cisco.asa.network.type}: Received a non-IPSec packet \(protocol=\s?%{WORD:orig_protocol|cisco.asa.network.transport}\) from ${srcIp} to ${dstIp}\.?
CISCOFW402119 %{WORD:protocol|cisco.asa.network.type}: Received an %{WORD:orig_protocol|cisco.asa.ipsec.protocol} packet \(SPI=\s?%{DATA:spi|cisco.asa.ipsec.spi}, sequence number=\s?%{DATA:seq_num|cisco.asa.ipsec.seq_num}\) from ${srcIp} ${user('user', 'source.user.name')} to ${dstIp} that failed anti-replay checking\.?
CISCOFW419001 ${action} ${transport} packet from ${srcEnd} to ${dstEnd}, reason: %{GREEDYDATA:reason|event.reason}
CISCOFW419002 ${reason} from ${srcEnd} to ${dstEnd} with different initial sequence number
CISCOFW500004 ${reason} for protocol=${transport}, from ${plainEnds}
CISCOFW602303_602304 %{WORD:protocol|cisco.asa.network.type}: An ${direction} %{DATA:tunnel_type|cisco.asa.ipsec.tunnel_type} SA \(SPI=\s?%{DATA:spi|cisco.asa.ipsec.spi}\) between ${srcIp} and ${dstIp} ${user('user', 'source.user.name')} has been ${action}
CISCOFW710001_710002_710003_710005_710006 ${transport} (?:request|access) ${action} from ${srcIp}/${srcPort} to ${dstEnd}
CISCOFW713172 Group = %{DATA:group|cisco.asa.source.group}, IP = ${srcIp}, Automatic NAT Detection Status:\s+Remote end\s*%{DATA:is_remote_natted|@metadata.cisco.asa.remote_nat}\s*behind a NAT device\s+This\s+end\s*%{DATA:is_local_natted|@metadata.cisco.asa.local_nat}\s*behind a NAT device
CISCOFW733100 \[\s*%{DATA:drop_type|cisco.asa.burst.object}\s*\] drop %{DATA:drop_rate_id|cisco.asa.burst.id} exceeded\. Current burst rate is %{INT:drop_rate_current_burst|cisco.asa.burst.current_rate:int} per second, max configured rate is %{INT:drop_rate_max_burst|cisco.asa.burst.configured_rate:int}; Current average rate is %{INT:drop_rate_current_avg|cisco.asa.burst.avg_rate:int} per second, max configured rate is %{INT:drop_rate_max_avg|cisco.asa.burst.configured_avg_rate:int}; Cumulative total count is %{INT:drop_total_count|cisco.asa.burst.cumulative_count:int}
`
