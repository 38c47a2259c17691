/** Builds dist/ when it is missing or older than its sources, with all output on stderr. Gives the exit code. */
export declare function buildIfStale(): number
