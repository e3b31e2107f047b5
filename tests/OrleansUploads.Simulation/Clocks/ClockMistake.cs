namespace OrleansUploads.Simulation.Clocks;

/// <summary>A plausible mistake about time.</summary>
internal enum ClockMistake
{
    None,

    /// <summary>Deadlines are measured by the wall clock.</summary>
    ExpiryByWallTime,

    /// <summary>The first beat after a start credits the time since the last one.</summary>
    OutageCounts,

    /// <summary>The difference between two wall clock readings counts as elapsed time, even if the clock was set.</summary>
    JumpBelieved,

    /// <summary>A restart clears a fault.</summary>
    FaultClearedByRestart,

    /// <summary>A restart ends the lease of a backup.</summary>
    LeaseClearedByRestart,

    /// <summary>An upload accepts a fence in the future, and the collector fences by its own clock.</summary>
    FenceWithoutBound,
}
