import { html } from 'hono/html'
import type { Html } from './layout.ts'

export type Column<Row> = { readonly head: string; readonly cell: (row: Row) => Html | string }

type Table<Row> = {
  /** Read out, not shown: the heading above says it to those who see. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
}

/** A table whose rows become cards on a narrow screen. The first column names the row. The roles outlive `display: block`. */
export function table<Row>({ caption, columns, rows }: Table<Row>): Html {
  return html`<table class="plain stacks" role="table"><caption class="unseen">${caption}</caption>
<thead role="rowgroup"><tr role="row">${columns.map(({ head }) => html`<th role="columnheader" scope="col">${head}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${columns.map((column, index) => cell(column, row, index))}</tr>`)}</tbody></table>`
}

function cell<Row>({ head, cell }: Column<Row>, row: Row, index: number): Html {
  if (index === 0) return html`<th role="rowheader" scope="row">${cell(row)}</th>`
  return html`<td role="cell" data-head="${head}">${cell(row)}</td>`
}
