/** BIND 9: its query log. */
export const bind = String.raw`
BIND9_TIMESTAMP %{MONTHDAY}-%{MONTH}-%{YEAR} %{TIME}
BIND9_DNSTYPE (?:AAAA|A|CAA|CDNSKEY|CDS|CERT|CNAME|CSYNC|DLV|DNAME|DNSKEY|DS|HINFO|HTTPS|LOC|MX|NAPTR|NSEC3|NSEC|NS|OPENPGPKEY|PTR|RRSIG|RP|SIG|SMIMEA|SOA|SRV|SVCB|TSIG|TXT|URI)(?!\w)
BIND9_CATEGORY queries
BIND9_CLIENT client(?: @0x[0-9A-Fa-f]+)? %{IP:clientip|client.ip}#%{POSINT:clientport|client.port:int}
@legacy BIND9_QUERYLOGBASE %{BIND9_CLIENT} \(%{NOTSPACE:query}\): query: %{NOTSPACE:query} IN %{GREEDYDATA:querytype} \(%{IP:dns}\)
@ecs BIND9_QUERYLOGBASE %{BIND9_CLIENT} \(%{NOTSPACE:bind.log.question.name}\): query: %{NOTSPACE:dns.question.name} (?<dns.question.class>IN) %{BIND9_DNSTYPE:dns.question.type}(?: %{DATA:bind.log.question.flags})? \(%{IP:server.ip}\)
# The category's field is called so.
BIND9_QUERYLOG %{BIND9_TIMESTAMP:timestamp} %{BIND9_CATEGORY:|bing.log.category}: %{LOGLEVEL:loglevel|log.level}: %{BIND9_QUERYLOGBASE}
BIND9 %{BIND9_QUERYLOG}
`
