/** ISO 8601 of nanoseconds since 1970, UTC, with `digits` fraction digits, at least three; as many as it takes unless told. */
export const printTime = (nanoseconds: bigint, digits?: number): string => {
  const rest = ((nanoseconds % 1_000_000n) + 1_000_000n) % 1_000_000n
  const iso = new Date(Number((nanoseconds - rest) / 1_000_000n)).toISOString()
  const fine = String(rest).padStart(6, '0')
  const needed = digits ?? (rest === 0n ? 3 : rest % 1000n === 0n ? 6 : 9)
  return needed <= 3 ? iso : `${iso.slice(0, -1)}${fine.slice(0, needed - 3)}Z`
}
