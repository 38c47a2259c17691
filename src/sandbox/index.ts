export type { Call, Calls } from './shopify/calls.ts'
export { FAULTS, type Fault, type FaultOrder } from './shopify/faults.ts'
export { type HostileLandmark, LANDMARKS } from './shopify/landmarks.ts'
export { type Sandbox, type SandboxOptions, startShopifySandbox } from './shopify/start.ts'
