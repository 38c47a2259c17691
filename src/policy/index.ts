export { type Authorisation, authorise, type Caller, listedTools } from './authorise.ts'
export { gcra, type Rate, type RateDecision } from './gcra.ts'
export { PRESET_NAMES, type PresetName, presets } from './presets.ts'
export { type Limits, type RoleDefinition, roleDefinition, treatments } from './role.ts'
