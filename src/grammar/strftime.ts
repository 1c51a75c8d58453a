/** A conversion of strftime(3): how layouts of times write it, and what it gives for the sample's instant. */
interface Conversion {
  readonly layout: string
  /** Of 2026-03-10 16:00:00.123456 at +08:00. */
  readonly sample: string
}
const conversion = (layout: string, sample: string): Conversion => ({ layout, sample })

const conversions: Readonly<Record<string, Conversion>> = {
  Y: conversion('yyyy', '2026'),
  y: conversion('yy', '26'),
  m: conversion('MM', '03'),
  b: conversion('MMM', 'Mar'),
  h: conversion('MMM', 'Mar'),
  B: conversion('MMMM', 'March'),
  d: conversion('dd', '10'),
  e: conversion('d', '10'),
  j: conversion('DDD', '069'),
  a: conversion('EEE', 'Tue'),
  A: conversion('EEEE', 'Tuesday'),
  H: conversion('HH', '16'),
  k: conversion('H', '16'),
  I: conversion('hh', '04'),
  l: conversion('h', ' 4'),
  p: conversion('a', 'PM'),
  P: conversion('a', 'pm'),
  M: conversion('mm', '00'),
  S: conversion('ss', '00'),
  T: conversion('HH:mm:ss', '16:00:00'),
  X: conversion('HH:mm:ss', '16:00:00'),
  R: conversion('HH:mm', '16:00'),
  r: conversion('hh:mm:ss a', '04:00:00 PM'),
  D: conversion('MM/dd/yy', '03/10/26'),
  x: conversion('MM/dd/yy', '03/10/26'),
  F: conversion('yyyy-MM-dd', '2026-03-10'),
  c: conversion('EEE MMM d HH:mm:ss yyyy', 'Tue Mar 10 16:00:00 2026'),
  z: conversion('Z', '+0800'),
  Z: conversion('z', 'CST'),
  '%': conversion('%', '%'),
}

/** A piece of a time: its layout, and the sample's instant in it. */
export interface TimeText {
  readonly layout: string
  readonly sample: string
  readonly isLiteral?: true
}

/** Text that stands in the time, as layouts have it. */
export const literalTime = (text: string): TimeText => ({
  layout: text.replace(/'/g, "''").replace(/[A-Za-z][A-Za-z']*/g, "'$&'"),
  sample: text,
  isLiteral: true,
})

/**
 * What strftime(3) writes by `format` in the C locale, piece by piece; or the conversion that no layout has. Of padding,
 * flags of glibc are understood: `%-d`, `%_d`, `%0d`.
 */
export const strftime = (format: string): readonly TimeText[] | { readonly unknown: string } => {
  const parts: TimeText[] = []
  for (let i = 0; i < format.length; ) {
    if (format[i] !== '%') {
      const end = format.indexOf('%', i)
      const text = format.slice(i, end < 0 ? format.length : end)
      parts.push(literalTime(text))
      i += text.length
      continue
    }
    const [text = '%', flag = '', letter = ''] = /^%([-_0]?)[EO]?([A-Za-z%]?)/.exec(format.slice(i))!
    if (letter === 's') parts.push({ layout: 'epoch_s', sample: '1773129600' })
    else {
      const found = Object.hasOwn(conversions, letter) ? conversions[letter]! : undefined
      if (found === undefined) return { unknown: text }
      const isPadded = flag === '-' || flag === '_'
      const one: Readonly<Record<string, string>> = { dd: 'd', MM: 'M', HH: 'H', hh: 'h' }
      parts.push({ ...found, layout: isPadded ? (one[found.layout] ?? found.layout) : found.layout })
    }
    i += text.length
  }
  return parts
}
