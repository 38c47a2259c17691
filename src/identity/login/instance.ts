/** In the place of a workspace for what is sealed for the instance and belongs to none. */
export const INSTANCE = '00000000-0000-0000-0000-000000000000'
