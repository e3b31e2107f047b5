namespace OrleansUploads.Core.Service;

/// <summary>Decides whether a host can trust its clock, by comparing it with the clocks of the other hosts.</summary>
public static class ClockAgreement
{
    /// <summary>Whether more than half of the active hosts answered and this host's clock is within <see
    /// cref="ClockFault.Bound"/> of the median of their clocks.</summary>
    /// <param name="activeHosts">Number of active hosts, including this one.</param>
    /// <param name="aheadBy">For each host that answered, how far its clock is ahead of this host's clock. The entry for this
    /// host itself is zero.</param>
    public static bool Holds(int activeHosts, IReadOnlyCollection<TimeSpan> aheadBy)
    {
        if (aheadBy.Count * 2 <= activeHosts)
        {
            return false;
        }

        // With an even number of clocks there are two middle values. Checking only the nearer one would hide that half of the
        // hosts differ, so both must be within the bound.
        var sorted = aheadBy.Order().ToList();
        return sorted[(sorted.Count - 1) / 2].Duration() <= ClockFault.Bound
            && sorted[sorted.Count / 2].Duration() <= ClockFault.Bound;
    }
}
