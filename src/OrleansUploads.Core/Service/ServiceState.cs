namespace OrleansUploads.Core.Service;

/// <summary>State of the service entity.</summary>
/// <param name="Served">When the service was available.</param>
/// <param name="Fault">What is wrong with its clock, or null if no fault is known.</param>
/// <param name="BackupUntil">When the lease of the latest backup ends, or null if that backup has ended or there was none.</param>
public sealed record ServiceState(ServedIntervals Served, ClockFault? Fault, DateTimeOffset? BackupUntil)
{
    /// <summary>ID of the only service entity.</summary>
    public static readonly EntityId Entity = new(EntityKind.Service, "service");

    /// <summary>A service that has not run yet.</summary>
    public static ServiceState Empty { get; } = new(ServedIntervals.None, Fault: null, BackupUntil: null);
}
