export { personalArgument } from './arguments.ts'
export { type AnswerOf, type ArgumentsOf, type StoreToolName, type ToolName, toolNamed, tools } from './catalogue.ts'
export { CUSTOMER_STATES } from './customer.ts'
export {
  CLASSES,
  type DataClass,
  type Label,
  type Leaf,
  leafOf,
  type PersonalKind,
  WRITERS,
  type Writer,
} from './leaf.ts'
export { CANCEL_REASONS, FULFILLMENT_STATUSES, ORDER_STATUSES, PAYMENT_STATUSES, SHIPMENT_STATUSES } from './order.ts'
export { PRODUCT_STATUSES } from './product.ts'
export { isScope, SCOPES, type Scope, scopeChanges, scopeWords } from './scopes.ts'
export { PLATFORMS, type Platform, STORE_MODES, type StoreMode } from './store.ts'
export { type Effect, PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, STORE_HANDLE, type Tool } from './tool.ts'
