/** The kinds of agent that the page knows steps for; they stand in its address. */
export const CLIENTS = [
  ['claude', 'Claude'],
  ['chatgpt', 'ChatGPT'],
  ['cursor', 'Cursor'],
  ['vscode', 'VS Code'],
  ['inspector', 'MCP Inspector'],
  ['other', 'Another client'],
  ['machine', 'A program of yours'],
  ['key', 'Only a header'],
] as const

export type ClientName = (typeof CLIENTS)[number][0]
