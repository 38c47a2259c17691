export type { Route } from './route.ts'
export { type Console, createConsole } from './router.ts'
export { routes } from './routes.ts'
export type { ConsoleWorld } from './world.ts'
