import { grammar, type Infer, indented, line, rest } from 'tailrace'

/** What containers say in no known format. Indented lines, as of stack traces, belong to the line before. */
export const containerLog = grammar({
  name: 'container.log',
  title: 'Text of containers in no known format',
  line: line`${rest('message')}`,
  framing: indented(),
  anyText: true,
  samples: ['Server listening on port 3000', 'Error: no such table\n    at query (/app/db.js:7:11)'],
})
export type ContainerLog = Infer<typeof containerLog>
