import type { ReactNode } from 'react'

export type Column<Row> = {
  readonly head: string
  readonly cell: (row: Row) => ReactNode
  /** Classes of its cells, e.g. for numbers. */
  readonly className?: string
}

type Props<Row> = {
  /** Read out, not shown. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string | number
  readonly isOpen?: (row: Row) => boolean
  readonly isFresh?: (row: Row) => boolean
  /** For many short lines: on a narrow page a line flows, and its cells carry no heads. */
  readonly flows?: boolean
}

/** A table whose rows become cards where the page is narrow. The first column names the row. The roles outlive `display`. */
export function List<Row>({ caption, columns, rows, rowKey, isOpen, isFresh, flows = false }: Props<Row>) {
  return (
    <table role="table" className={`stacks w-full text-left text-sm ${flows ? 'flows' : ''}`}>
      <caption className="sr-only">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row" className="border-line border-b text-muted text-xs">
          {columns.map(({ head, className = '' }) => (
            <th role="columnheader" key={head} scope="col" className={`px-2 py-1.5 font-medium ${className}`}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr
            role="row"
            key={rowKey(row)}
            className={`relative border-line border-b last:border-0 hover:bg-sunken ${isOpen?.(row) ? 'bg-tint' : ''} ${isFresh?.(row) ? 'arrives' : ''}`}
          >
            {columns.map(({ head, cell, className = '' }, index) => (
              <Cell key={head} head={head} isFirst={index === 0} className={className}>
                {cell(row)}
              </Cell>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

type CellProps = {
  readonly head: string
  readonly isFirst: boolean
  readonly className: string
  readonly children: ReactNode
}

function Cell({ head, isFirst, className, children }: CellProps) {
  const look = `px-2 py-2 align-top font-normal ${className}`
  return isFirst ? (
    <th role="rowheader" scope="row" className={look}>
      {children}
    </th>
  ) : (
    <td role="cell" data-head={head} className={look}>
      <div className="min-w-0">{children}</div>
    </td>
  )
}
