/**
 * √19. Cantelli's inequality, one-sided: 1 / (1 + k²) = 5 %. At most 1 value in 20 lies further above the mean than so
 * many standard deviations, whatever the distribution.
 */
export const CANTELLI_95 = Math.sqrt(19);
