namespace OrleansUploads.Simulation.Inventories;

/// <summary>The rare situations that schedules of inventories must reach.</summary>
[Flags]
internal enum InventorySituations
{
    None = 0,

    /// <summary>The output was measured before the job started.</summary>
    MeasuredFirst = 1,

    /// <summary>The output was measured after the job had been accepted.</summary>
    MeasuredLate = 2,

    /// <summary>A process died between the start of a job and the end of its measurement.</summary>
    DiedBeforeMeasured = 4,

    /// <summary>An archive was deleted while a job that lists it was not measured.</summary>
    DeletedBeforeMeasured = 8,

    /// <summary>An output was read more than a day after its job had been accepted.</summary>
    ReadAfterADay = 16,

    /// <summary>A job was removed because its output could not be measured for a day.</summary>
    NeverMeasured = 32,

    /// <summary>An output ended at a limit before the last archive.</summary>
    EndedAtLimit = 64,

    All = MeasuredFirst | MeasuredLate | DiedBeforeMeasured | DeletedBeforeMeasured | ReadAfterADay | NeverMeasured | EndedAtLimit,
}
