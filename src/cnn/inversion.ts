/** Whether brightness is turned round: always, never, or (gray images only) where the border is bright. */
export const INVERSIONS = ["auto", "always", "never"] as const;
export type Inversion = (typeof INVERSIONS)[number];
