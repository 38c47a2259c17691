import { html } from 'hono/html'
import type { RoleDifference } from '#policy'
import type { Html } from './layout.ts'
import { table } from './table.ts'

/** What a change of a role means, line by line; whether a line gives or takes is said in a word. */
export function differenceTable(differences: readonly RoleDifference[]): Html {
  return table({
    caption: 'Differences',
    rows: differences,
    columns: [
      { head: 'What', cell: ({ what }) => what },
      { head: 'Before', cell: ({ before }) => before || '–' },
      { head: 'After', cell: ({ after }) => after || '–' },
      { head: 'Effect', cell: ({ widens }) => effect(widens) },
    ],
  })
}

function effect(widens: boolean): Html {
  return widens ? html`<span class="badge waiting">widens</span>` : html`<span class="badge">narrows</span>`
}
