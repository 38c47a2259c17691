import { AjvJsonSchemaValidator } from '@modelcontextprotocol/client/validators/ajv'
import { z } from 'zod'
import type { ListedTool, McpClient, ToolAnswer } from './mcp-client.ts'

/** What one client saw of one tool. */
export type Called = { readonly tool: ListedTool; readonly answer: ToolAnswer }

const withId = z.looseObject({ id: z.string() })
const found = z.looseObject({ items: z.array(withId).min(1) })

/**
 * Lists the tools and calls each read tool as an agent would: the stores first, then each search, then one thing that it found.
 * Throws where the client does, and where a tool is called that was not listed.
 */
export async function callEveryReadTool(client: McpClient): Promise<Called[]> {
  const tools = new Map((await client.listTools()).map((tool) => [tool.name, tool]))
  const called: Called[] = []
  const call = async (name: string, args: Record<string, unknown>) => {
    const tool = tools.get(name)
    if (tool === undefined) throw new Error(`${name} is not listed`)
    const answer = await client.callTool(name, args)
    called.push({ tool, answer })
    return answer.structuredContent
  }
  const stores = await call('list_stores', {})
  const [{ handle: store }] = z.object({ items: z.tuple([z.looseObject({ handle: z.string() })]) }).parse(stores).items
  await call('get_store', { store })
  for (const [search, get] of SEARCHES) {
    const page = found.parse(await call(search, { store, page_size: 3 }))
    const id = page.items[0]?.id
    await call(get, { store, id })
    if (get === 'get_product') await call('get_inventory', { store, product_id: id })
  }
  return called
}

const SEARCHES = [
  ['search_products', 'get_product'],
  ['search_orders', 'get_order'],
  ['search_customers', 'get_customer'],
] as const

const validator = new AjvJsonSchemaValidator()

/** What is wrong with an answer by the output schema that its tool is listed with; undefined where nothing is. */
export function schemaMistake({ tool, answer }: Called): string | undefined {
  const result = validator.getValidator(tool.outputSchema)(answer.structuredContent)
  return result.valid ? undefined : result.errorMessage
}
