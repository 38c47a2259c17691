export { type Authorisation, authorise, type Caller, listedTools } from './authorise.ts'
export { type Access, describeAccess } from './describe-access.ts'
export { gcra, type Rate, type RateDecision } from './gcra.ts'
export { narrowerRole, type Used } from './narrower.ts'
export { effectiveRole, narrowest, type RoleNow } from './narrowest.ts'
export { PRESET_NAMES, type PresetName, presets } from './presets.ts'
export {
  type Limits,
  PERSONAL_TREATMENTS,
  QUARANTINE_TREATMENTS,
  type RoleDefinition,
  reachesStore,
  roleDefinition,
  STRANGERS_TEXT_TREATMENTS,
  treatments,
} from './role.ts'
export { type RoleDifference, roleDifferences } from './role-differences.ts'
export { SEATS, type Seat, type SeatAction, seatGives, seatGoverns, seatMay } from './seats.ts'
