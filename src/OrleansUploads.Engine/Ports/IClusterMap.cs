namespace OrleansUploads.Engine.Ports;

/// <summary>Says which silos a cluster has, and on which of them an entity is active. A host in one process has none.</summary>
public interface IClusterMap
{
    /// <summary>Lists the silos by address: those that are not dead, and those that died lately without being asked to stop. Empty if the
    /// cluster does not answer.</summary>
    ValueTask<IReadOnlyList<KnownSilo>> ListSilosAsync(CancellationToken cancellationToken);

    /// <summary>Returns the address of the silo on which an entity is active. Null if it is on none, or if the cluster does not
    /// answer.</summary>
    ValueTask<string?> FindSiloAsync(EntityId entity, CancellationToken cancellationToken);
}

/// <summary>A silo of a cluster.</summary>
/// <param name="Address">Its address, and when it was started.</param>
/// <param name="Status">Its status in the membership table, such as <c>Active</c>.</param>
/// <param name="MemoryBytes">The memory that it uses, about, or null if it does not say it.</param>
/// <param name="ProcessorPercent">The share of its processors that it uses, about, or null if it does not say it.</param>
/// <param name="ReceivedPerSecond">The bytes that it received from clients for each second of the last full minute, or null if it does not say
/// it.</param>
/// <param name="SentPerSecond">The bytes that it sent to clients, likewise.</param>
public sealed record KnownSilo(
    string Address,
    string Status,
    long? MemoryBytes = null,
    int? ProcessorPercent = null,
    long? ReceivedPerSecond = null,
    long? SentPerSecond = null);
