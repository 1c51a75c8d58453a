import { safe } from './safe.ts'

export interface Column<T> {
  /** Plain text. */
  readonly name: string
  /** HTML. */
  readonly cell: (row: T) => string
  readonly numeric?: boolean
  /** Left out where the window is narrow. */
  readonly minor?: boolean
  /** Names the row for screen readers. */
  readonly head?: boolean
}

/** A table with heads for screen readers; `none` where there is no row. */
export const table = <T>(caption: string, columns: readonly Column<T>[], rows: readonly T[], none: string): string => {
  if (rows.length === 0) return `<p class="none">${safe(none)}</p>`
  const classOf = ({ numeric, minor }: Column<T>): string => {
    const names = [numeric === true ? 'n' : '', minor === true ? 'minor' : ''].filter((one) => one !== '')
    return names.length === 0 ? '' : ` class="${names.join(' ')}"`
  }
  const heads = columns.map((one) => `<th scope="col"${classOf(one)}>${safe(one.name)}</th>`).join('')
  const body = rows.map(
    (row) =>
      `<tr>${columns
        .map((one) =>
          one.head === true
            ? `<th scope="row"${classOf(one)}>${one.cell(row)}</th>`
            : `<td${classOf(one)}>${one.cell(row)}</td>`,
        )
        .join('')}</tr>`,
  )
  return `<div class="scroll" tabindex="0" role="region" aria-label="${safe(caption)}"><table><thead><tr>${heads}</tr></thead><tbody>${body.join('')}</tbody></table></div>`
}
