const end = (legacy: string, ecs: string): string =>
  `%{IP:${legacy}-ip|${ecs}.ip}/%{INT:${legacy}-port|${ecs}.port:int}`
const flow = `${end('src', 'source')}->${end('dst', 'destination')} %{NOTSPACE:service|juniper.srx.service_name}`
const translated = `${end('nat-src', 'source.nat')}->${end('nat-dst', 'destination.nat')}`
const ruleNames = {
  legacy: '%{NOTSPACE:src-nat-rule-name} %{NOTSPACE:dst-nat-rule-name}',
  ecs: '(?:None|%{NOTSPACE:juniper.srx.src_nat_rule_name}) (?:None|%{NOTSPACE:juniper.srx.dst_nat_rule_name})',
}
const policy =
  '%{NOTSPACE:policy-name|rule.name} %{NOTSPACE:from-zone|observer.ingress.zone} %{NOTSPACE:to-zone|observer.egress.zone}'
const protocol = '%{INT:protocol-id|network.iana_number}'
const session = '%{INT:session-id|juniper.srx.session_id}'

/** Junos' RT_FLOW: sessions created, closed, denied. */
export const junos = String.raw`
RT_FLOW_TAG RT_FLOW_SESSION_(?:CREATE|CLOSE|DENY)
RT_FLOW_EVENT %{RT_FLOW_TAG}
@legacy RT_FLOW1 %{RT_FLOW_EVENT:event}: %{GREEDYDATA:close-reason}: ${flow} ${translated} ${ruleNames.legacy} ${protocol} ${policy} ${session} \d+\(%{NOTSPACE:sent}\) \d+\(%{NOTSPACE:received}\) %{INT:elapsed-time} .*
@ecs RT_FLOW1 %{RT_FLOW_TAG:juniper.srx.tag}: %{GREEDYDATA:juniper.srx.reason}: ${flow} ${translated} ${ruleNames.ecs} ${protocol} ${policy} ${session} \d+\(%{INT:source.bytes:int}\) \d+\(%{INT:destination.bytes:int}\) %{INT:juniper.srx.elapsed_time:int} .*
@legacy RT_FLOW2 %{RT_FLOW_EVENT:event}: session created ${flow} ${translated} ${ruleNames.legacy} ${protocol} ${policy} ${session} .*
@ecs RT_FLOW2 %{RT_FLOW_TAG:juniper.srx.tag}: session created ${flow} ${translated} ${ruleNames.ecs} ${protocol} ${policy} ${session} .*
RT_FLOW3 %{RT_FLOW_TAG:event|juniper.srx.tag}: session denied ${flow} ${protocol}\(\d\) ${policy} .*
`
