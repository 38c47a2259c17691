import type { Connect } from '../data/queries.ts'

type Place = Pick<Connect, 'address' | 'tokens'>

/** Programs that connect with a machine agent's secret or key; they take it from the environment. They are run by a test. */
export function typescriptWithSecret({ address, tokens }: Place): string {
  return `// npm install @modelcontextprotocol/client
import { Client, ClientCredentialsProvider, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'

const authProvider = new ClientCredentialsProvider({
  clientId: process.env.TILLGATE_CLIENT_ID ?? '',
  clientSecret: process.env.TILLGATE_CLIENT_SECRET ?? '',
  expectedIssuer: '${new URL(tokens).origin}',
})
const client = new Client({ name: 'my-agent', version: '1.0.0' })
await client.connect(new StreamableHTTPClientTransport(new URL('${address}'), { authProvider }))
const { structuredContent } = await client.callTool({ name: 'list_stores', arguments: {} })
console.log(JSON.stringify(structuredContent))
await client.close()
`
}

export function pythonWithSecret({ address, tokens }: Place): string {
  return `# Python 3, nothing to install
import base64, json, os, urllib.parse, urllib.request

def post(url, body, headers):
    with urllib.request.urlopen(urllib.request.Request(url, body, headers)) as answer:
        return answer.read().decode()

secret = os.environ["TILLGATE_CLIENT_ID"] + ":" + os.environ["TILLGATE_CLIENT_SECRET"]
form = urllib.parse.urlencode({"grant_type": "client_credentials", "resource": "${address}"})
basic = "Basic " + base64.b64encode(secret.encode()).decode()
token = json.loads(post("${tokens}", form.encode(), {"Authorization": basic}))["access_token"]

call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "list_stores", "arguments": {}}}
answer = post("${address}", json.dumps(call).encode(), {
    "Authorization": "Bearer " + token,
    "Content-Type": "application/json",
    "Accept": "application/json, text/event-stream",
})
print(answer.split("data: ")[-1])
`
}

export function curlWithSecret({ address, tokens }: Place): string {
  return `TOKEN=$(curl -fsS -u "$TILLGATE_CLIENT_ID:$TILLGATE_CLIENT_SECRET" \\
  -d grant_type=client_credentials -d "resource=${address}" ${tokens} |
  sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')
${call(address, '$TOKEN')}`
}

export function curlWithKey({ address }: Place): string {
  return call(address, '$TILLGATE_KEY')
}

export function settingsWithKey({ address }: Place): string {
  const header = { Authorization: 'Bearer tg_key_…' }
  return JSON.stringify({ mcpServers: { tillgate: { url: address, headers: header } } }, null, 2)
}

function call(address: string, token: string): string {
  return `curl -fsS ${address} -H "Authorization: Bearer ${token}" \\
  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
  -d '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_stores","arguments":{}}}'
`
}
