/** Programs of one PostgreSQL installation that the run-as user can run. `version` is such as `15.18`. */
export type Binaries = {
  kind: 'system' | 'bundled'
  postgres: string
  initdb: string
  version: string
  major: number
  libraryPath: string | undefined
}
