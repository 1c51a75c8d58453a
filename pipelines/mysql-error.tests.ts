import { pipelineTest } from 'tailrace'
import mysqlError from './mysql-error.ts'

export default [
  pipelineTest(mysqlError, {
    name: 'errors of MySQL 8 and of MariaDB are read, passwords in them are not kept',
    lines: [
      '2026-11-27T08:00:00.484123Z 7 [ERROR] [MY-012574] [InnoDB] Unable to lock ./ibdata1 error: 11',
      '2026-11-27T08:00:01.335060Z 139872 [Warning] Aborted connection 139872 to db: shop, password=secret',
    ],
    documents: [
      { '@timestamp': '2026-11-27T08:00:00.484123Z', 'log.level': 'ERROR', 'event.code': 'MY-012574' },
      {
        'mysql.thread_id': 139872,
        'log.level': 'Warning',
        message: 'Aborted connection 139872 to db: shop, password=[redacted:password]',
      },
    ],
    partial: true,
  }),
]
