import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runAuthorizationSuite, runScenario } from '../support/conformance.ts'
import { foreignRuns } from '../support/foreign.ts'
import { freePort } from '../support/loopback-client.ts'
import { operate } from '../support/operator.ts'
import { ownerOf } from '../support/people.ts'
import { type Product, startProduct, tokenFor } from '../support/product.ts'
import { startTokenProxy, type TokenProxy } from '../support/token-proxy.ts'
import { type Walker, walker } from '../support/walk.ts'

type Scenario = {
  readonly scenario: string
  /** The revisions in which it exists, with the number of checks that pass. */
  readonly passes: Readonly<Record<string, number>>
  /** What does not pass, and why that is right. */
  readonly others?: readonly string[]
  readonly because?: string
}

/** The scenarios that ask for no tools of the suite's own, against the product as it is. */
const scenarios: readonly Scenario[] = [
  { scenario: 'server-initialize', passes: { '2025-06-18': 2, '2025-11-25': 2 } },
  { scenario: 'ping', passes: { '2025-06-18': 2, '2025-11-25': 2 } },
  { scenario: 'tools-list', passes: { '2025-06-18': 2, '2025-11-25': 3, '2026-07-28': 4 } },
  { scenario: 'dns-rebinding-protection', passes: { '2025-11-25': 2, '2026-07-28': 2 } },
  { scenario: 'http-header-validation', passes: { '2026-07-28': 14 } },
  { scenario: 'server-sse-multiple-streams', passes: { '2026-07-28': 1 } },
  { scenario: 'input-required-result-unsupported-methods', passes: { '2026-07-28': 2 } },
  { scenario: 'input-required-result-validate-input', passes: { '2026-07-28': 3 } },
  {
    scenario: 'input-required-result-ignore-extra-params',
    passes: { '2026-07-28': 1 },
    others: ['WARNING sep-2322-ignore-unexpected-params'],
    because: "it calls the suite's own tool, which is unknown here",
  },
  {
    scenario: 'input-required-result-missing-input-response',
    passes: { '2026-07-28': 1 },
    others: ['WARNING sep-2322-missing-response-rerequests'],
    because: "it calls the suite's own tool, which is unknown here",
  },
  {
    scenario: 'sep-2164-resource-not-found',
    passes: { '2026-07-28': 2 },
    others: ['WARNING sep-2164-data-uri', 'WARNING sep-2164-error-code'],
    because: 'there are no resources, so the method itself does not exist',
  },
  {
    scenario: 'server-stateless',
    passes: { '2026-07-28': 24 },
    others: [
      'FAILURE sep-2575-http-server-no-independent-requests-on-stream',
      'FAILURE sep-2575-missing-capability-http-400',
      'FAILURE sep-2575-server-no-log-without-loglevel',
      'FAILURE sep-2575-server-rejects-undeclared-capability',
      'SKIPPED sep-2575-server-sends-prompts-list-changed-on-subscription',
      'SKIPPED sep-2575-server-sends-tools-list-changed-on-subscription',
    ],
    because:
      "they need the suite's own tools test_missing_capability, test_streaming_elicitation and test_logging_tool",
  },
]

describe.skipIf(!foreignRuns)('the conformance suite', () => {
  let product: Product
  let proxy: TokenProxy
  let owner: Walker
  beforeAll(async () => {
    product = await startProduct()
    owner = walker(product.ready.url, ownerOf(product.ready))
    proxy = await startTokenProxy(product.ready.mcp, await tokenFor(product.ready, 'operator'))
  })
  afterAll(async () => {
    await proxy.stop()
    await product.stop()
  })

  const runs = scenarios.flatMap(({ scenario, passes, others = [], because }) =>
    Object.entries(passes).map(([revision, passed]) => ({ scenario, revision, passed, others, because })),
  )
  it.each(runs)('finds $scenario in $revision as it should be', async ({ scenario, revision, passed, others }) => {
    const before = proxy.passed()
    const verdict = await runScenario({ kind: 'server', url: proxy.url, scenario, revision })
    expect({ passed: verdict.passed, others: verdict.others }, verdict.output).toEqual({ passed, others })
    expect(verdict.exit).toBe(others.some((other) => other.startsWith('FAILURE')) ? 1 : 0)
    expect(proxy.passed()).toBeGreaterThan(before)
  })

  it.each(['2025-11-25', '2026-07-28'])(
    'finds the authorization server right in %s: its metadata, and the way from a person to a token',
    async (revision) => {
      const port = await freePort()
      const words = ['client', 'create', 'Conformance', '--redirect', `http://127.0.0.1:${port}/callback`]
      const clientId = String(operate(product, words).client?.client_id)
      const { url: issuer, mcp: resource } = product.ready
      const walk = (address: URL) => owner.authorize(address)
      const verdict = await runAuthorizationSuite({ issuer, resource, clientId, port, revision, walk })
      expect(verdict, verdict.output).toMatchObject({ exit: 0, passed: 3, others: [] })
    },
  )

  it.each(['2025-06-18', '2025-11-25', '2026-07-28'])(
    'gets no tools without a token in %s, and the refusal is a valid message',
    async (revision) => {
      const aim = { kind: 'server', url: product.ready.mcp, scenario: 'tools-list', revision } as const
      const { exit, others, output } = await runScenario(aim)
      expect({ exit, others }, output).toEqual({ exit: 1, others: ['FAILURE tools-list'] })
    },
  )

  it('leaves an instance that goes on serving and logged no mistake', async () => {
    const { ready } = product
    expect((await fetch(`${ready.url}/readyz`)).status).toBe(200)
    expect(product.stderr()).not.toMatch(/something went wrong|could not be written/)
  })
})
