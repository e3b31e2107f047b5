namespace OrleansUploads.Simulation.Clocks;

internal enum ClockMistake
{
    None,
    ExpiryByWallTime,
    OutageCounts,
    JumpBelieved,
    FaultClearedByRestart,
    LeaseClearedByRestart,
    FenceWithoutBound,
}
