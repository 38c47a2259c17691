export { mark } from './mark.ts'
export { compilePlan, type Plan } from './plan.ts'
export { type Screened, type Shown, type ShownLabel, screen, type Treatment } from './screen.ts'
export { sensitiveContent } from './sensitive.ts'
