using OrleansUploads.Engine;

namespace OrleansUploads.Cluster.Settings;

/// <summary>Options of the entities in a cluster. All silos must have the same values.</summary>
public sealed record EntityClusterOptions
{
    /// <summary>Expiry, limits and maintenance, as in one process.</summary>
    public EngineOptions Engine { get; init; } = new();

    /// <summary>The clock of timers. Orleans has its own clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The clock by which entities decide. Null for one that follows from a record, kept by all silos, of when the service was
    /// running.</summary>
    public IServiceClock? Clock { get; init; }

    /// <summary>Returns what identifies the decisions of the cluster, and no copy of them: any text. The part store belongs to it. Null if
    /// the grain storage cannot be copied while the original is in use.</summary>
    public Func<IServiceProvider, CancellationToken, ValueTask<string>>? FindStoreIdentity { get; init; }

    /// <summary>If a journal write takes longer than this, its outcome is unknown.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The minimum time between two ticks of the reminder of an entity, over grain storage. Orleans requires at least one minute unless it is
    /// configured otherwise.</summary>
    public TimeSpan WakeInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>An entity that got no command for this long is removed from memory; more than one minute.</summary>
    public TimeSpan IdleLife { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>Names in the services of a silo.</summary>
public static class ClusterNames
{
    /// <summary>The name of the grain storage of the entities' journals.</summary>
    public const string GrainStorage = "orleans-uploads";

    /// <summary>The key of the entity host that does not repeat commands.</summary>
    public const string DirectHost = "orleans-uploads-direct";
}
