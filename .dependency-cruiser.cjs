const inside = (name) => `^src/${name}/`
/** One arrow of docs/architecture.md: what a module may use, and why not more. */
const may = (name, allowed, because) => ({
  name: `${name}-uses-only-${allowed.join('-') || 'nothing'}`,
  comment: because,
  severity: 'error',
  from: { path: inside(name), pathNot: '\\.test\\.ts$' },
  to: { path: '^(src|web|test|bench)/', pathNot: [inside(name), ...allowed.map(inside)] },
})

module.exports = {
  forbidden: [
    may('kernel', [], 'everything rests on it'),
    may('commerce', ['kernel'], 'the vocabulary is data: it must be readable without knowing who speaks it'),
    may('policy', ['kernel', 'commerce'], 'decisions are tested without fakes'),
    may('screen', ['kernel', 'commerce'], 'what leaves is decided by the labels alone'),
    may('store', ['kernel', 'commerce', 'policy', 'screen'], 'the database knows nothing of who asks it'),
    may('vault', ['kernel', 'store'], 'sealing must not depend on what is sealed'),
    may(
      'audit',
      ['kernel', 'store', 'vault', 'policy', 'screen', 'commerce'],
      'the record must not depend on what it records',
    ),
    may(
      'identity',
      ['kernel', 'store', 'vault', 'policy', 'commerce', 'audit'],
      'who asks is settled before what is asked',
    ),
    may(
      'connectors',
      ['kernel', 'commerce'],
      'an opened credential comes as an argument: connectors never see the database or the vault',
    ),
    may(
      'gateway',
      ['kernel', 'commerce', 'policy', 'screen', 'store', 'vault', 'audit', 'identity', 'connectors'],
      'the pipeline joins the lower modules and knows no command or screen',
    ),
    may(
      'console',
      ['kernel', 'commerce', 'policy', 'store', 'vault', 'audit', 'identity'],
      'the pages see use cases; the pipeline of calls is none of their business',
    ),
    may('sandbox', ['kernel'], 'a simulator that shared code with the connector would share its mistakes'),
    {
      name: 'enter-by-the-front-door',
      comment: 'a module is its index.ts; what that does not export is free to change',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/[^/]+/', pathNot: ['^src/$1/', '^src/[^/]+/index\\.ts$'] },
    },
    {
      name: 'enter-by-the-front-door-from-the-root',
      comment: 'as above, for the composition root, tests and benchmarks',
      severity: 'error',
      from: { path: '^(src/[^/]+\\.ts|test/|bench/)' },
      to: { path: '^src/[^/]+/', pathNot: '^src/[^/]+/index\\.ts$' },
    },
    {
      name: 'web-takes-only-types',
      comment: 'what runs in the browser is served to everybody: no code of the server may get into it',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^(src|test|bench)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'web-knows-only-the-api',
      comment: 'the type of the console is all that the web app needs to know',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', pathNot: '^src/console/index\\.ts$' },
    },
    {
      name: 'nothing-imports-the-web-app',
      comment: 'it is built, and served as files',
      severity: 'error',
      from: { path: '^(src|bench)/' },
      to: { path: '^web/' },
    },
    {
      name: 'policy-and-screen-are-pure',
      comment: 'no clock, no random, no database: what they need is passed in',
      severity: 'error',
      from: { path: '^src/(policy|screen)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'connectors-reach-outside-by-egress',
      comment: 'one audited door to the outside (docs/architecture.md, egress)',
      severity: 'error',
      from: { path: '^src/connectors/', pathNot: ['^src/connectors/egress', '\\.test\\.ts$'] },
      to: { path: '^(node:)?(http|https|http2|net|tls|dns|undici)$|node_modules/undici/' },
    },
    {
      name: 'only-the-sandbox-runs-graphql',
      comment: 'operations are fixed documents; nothing else may build or parse a query',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/sandbox/', '\\.test\\.ts$'] },
      to: { path: 'node_modules/graphql/' },
    },
    {
      name: 'nothing-imports-main',
      comment: 'main.ts is the bin',
      severity: 'error',
      from: {},
      to: { path: '^src/main\\.ts$' },
    },
    {
      name: 'no-cycles',
      comment: 'a cycle is one module with two names',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'unused code is deleted',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: ['\\.d\\.ts$', '\\.test\\.ts$', '^test/', '^src/main\\.ts$', '^src/console/assets/', '^web/'],
      },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['import', 'node', 'default'], exportsFields: ['exports'] },
  },
}
