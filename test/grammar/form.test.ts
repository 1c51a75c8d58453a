import { expect, test } from 'vitest'
import { opNames, valueNames } from '../../src/grammar/form.ts'
import { combined } from './combined.ts'

test('the list of operations is closed: a compiler elsewhere reads it too', () => {
  expect([...opNames, ...valueNames]).toMatchInlineSnapshot(`
    [
      "literal",
      "newline",
      "blanks",
      "take",
      "optional",
      "either",
      "whole",
      "csv",
      "any_order",
      "pairs",
      "header_lines",
      "trace",
      "regex",
      "extract",
      "json",
      "key_values",
      "uncoloured",
      "delimited",
      "text",
      "word",
      "identifier",
      "words",
      "long",
      "double",
      "duration",
      "elapsed",
      "boolean",
      "ip",
      "address",
      "host",
      "url",
      "time",
      "structured_data",
      "list",
      "skip",
    ]
  `)
})

test('a form is plain data', () => {
  expect(combined.form).toMatchInlineSnapshot(`
    {
      "alternatives": [
        {
          "derive": [
            {
              "field": "http.response.status_code",
              "from": "ranges",
              "otherwise": "failure",
              "ranges": [
                {
                  "below": 400,
                  "text": "success",
                },
              ],
              "to": "event.outcome",
            },
          ],
          "name": "test.combined",
          "ops": [
            {
              "extent": "until",
              "field": "source.address",
              "op": "take",
              "orEnd": false,
              "stops": [
                " - ",
              ],
              "value": {
                "as": "address",
                "ip": "source.ip",
                "list": "nginx.access.remote_ip_list",
              },
            },
            {
              "op": "literal",
              "text": " - ",
            },
            {
              "absent": [
                "-",
              ],
              "extent": "until",
              "field": "user.name",
              "op": "take",
              "orEnd": false,
              "stops": [
                " [",
              ],
              "value": {
                "as": "text",
              },
            },
            {
              "op": "literal",
              "text": " [",
            },
            {
              "extent": "self",
              "field": "@timestamp",
              "op": "take",
              "orEnd": false,
              "stops": [
                "] "",
              ],
              "value": {
                "as": "time",
                "layouts": [
                  "clf",
                ],
              },
            },
            {
              "op": "literal",
              "text": "] "",
            },
            {
              "branches": [
                [
                  {
                    "extent": "until",
                    "field": "http.request.method",
                    "op": "take",
                    "orEnd": false,
                    "stops": [
                      " ",
                    ],
                    "value": {
                      "as": "word",
                    },
                  },
                  {
                    "op": "literal",
                    "text": " ",
                  },
                  {
                    "escape": "hex",
                    "extent": "until",
                    "field": "url.original",
                    "op": "take",
                    "orEnd": false,
                    "stops": [
                      " HTTP/",
                    ],
                    "value": {
                      "as": "url",
                      "prefix": "url.",
                    },
                  },
                  {
                    "op": "literal",
                    "text": " HTTP/",
                  },
                  {
                    "extent": "until",
                    "field": "http.version",
                    "op": "take",
                    "orEnd": false,
                    "stops": [
                      "" ",
                    ],
                    "value": {
                      "as": "word",
                    },
                  },
                ],
                [
                  {
                    "absent": [
                      "-",
                    ],
                    "escape": "hex",
                    "extent": "until",
                    "field": "nginx.access.request",
                    "op": "take",
                    "orEnd": false,
                    "stops": [
                      "" ",
                    ],
                    "value": {
                      "as": "text",
                    },
                  },
                ],
              ],
              "op": "either",
            },
            {
              "op": "literal",
              "text": "" ",
            },
            {
              "extent": "self",
              "field": "http.response.status_code",
              "op": "take",
              "orEnd": false,
              "stops": [
                " ",
              ],
              "value": {
                "as": "long",
              },
            },
            {
              "op": "literal",
              "text": " ",
            },
            {
              "extent": "self",
              "field": "http.response.body.bytes",
              "op": "take",
              "orEnd": false,
              "stops": [
                " "",
              ],
              "value": {
                "as": "long",
              },
            },
            {
              "op": "literal",
              "text": " "",
            },
            {
              "absent": [
                "-",
              ],
              "escape": "hex",
              "extent": "until",
              "field": "http.request.referrer",
              "op": "take",
              "orEnd": false,
              "stops": [
                "" "",
              ],
              "value": {
                "as": "text",
              },
            },
            {
              "op": "literal",
              "text": "" "",
            },
            {
              "absent": [
                "-",
              ],
              "escape": "hex",
              "extent": "until",
              "field": "user_agent.original",
              "op": "take",
              "orEnd": false,
              "stops": [
                """,
              ],
              "value": {
                "as": "text",
              },
            },
            {
              "op": "literal",
              "text": """,
            },
          ],
        },
      ],
      "fields": [
        {
          "list": false,
          "name": "source.address",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "source.ip",
          "type": "ip",
        },
        {
          "list": true,
          "name": "nginx.access.remote_ip_list",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "user.name",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "@timestamp",
          "type": "date",
        },
        {
          "list": false,
          "name": "http.request.method",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "url.original",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "url.path",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "url.query",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "url.scheme",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "url.domain",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "url.port",
          "type": "long",
        },
        {
          "list": false,
          "name": "http.version",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "nginx.access.request",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "http.response.status_code",
          "type": "long",
        },
        {
          "list": false,
          "name": "http.response.body.bytes",
          "type": "long",
        },
        {
          "list": false,
          "name": "http.request.referrer",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "user_agent.original",
          "type": "keyword",
        },
        {
          "list": false,
          "name": "event.outcome",
          "type": "keyword",
        },
      ],
      "multiline": false,
      "version": 1,
    }
  `)
})
