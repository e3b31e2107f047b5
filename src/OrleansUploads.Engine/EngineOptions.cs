using OrleansUploads.Core.Settings;

namespace OrleansUploads.Engine;

/// <summary>Options of the engine. They are the same for one process and for a cluster; in a cluster, all silos must have the same
/// values.</summary>
public sealed record EngineOptions
{
    /// <summary>How long uploads and their records live.</summary>
    public UploadPolicy Uploads { get; init; } = new();

    /// <summary>How long retrieval jobs take.</summary>
    public RetrievalPolicy Retrievals { get; init; } = new();

    /// <summary>Limits for each account.</summary>
    public AccountPolicy Accounts { get; init; } = new();

    /// <summary>Limits for each vault.</summary>
    public VaultLimits Vaults { get; init; } = new();

    /// <summary>How often maintenance runs.</summary>
    public MaintenanceOptions Maintenance { get; init; } = new();
}

/// <summary>How often maintenance runs.</summary>
public sealed record MaintenanceOptions
{
    /// <summary>Default of <see cref="WakeInterval"/>.</summary>
    public static readonly TimeSpan DefaultWakeInterval = TimeSpan.FromSeconds(10);

    /// <summary>Default of <see cref="CollectInterval"/>.</summary>
    public static readonly TimeSpan DefaultCollectInterval = TimeSpan.FromHours(1);

    /// <summary>Default of <see cref="CheckInterval"/>.</summary>
    public static readonly TimeSpan DefaultCheckInterval = TimeSpan.FromDays(1);

    /// <summary>Default of <see cref="AttemptGrace"/>; longer than any part takes to be sent.</summary>
    public static readonly TimeSpan DefaultAttemptGrace = TimeSpan.FromHours(24);

    /// <summary>Time between two scans for entities that are due. Clusters use reminders instead.</summary>
    public TimeSpan WakeInterval { get; init; } = DefaultWakeInterval;

    /// <summary>Time between two collections of unowned bytes, and before the first one.</summary>
    public TimeSpan CollectInterval { get; init; } = DefaultCollectInterval;

    /// <summary>Time between two checks of the journal's index. The first check runs at the start. Clusters have no such index.</summary>
    public TimeSpan CheckInterval { get; init; } = DefaultCheckInterval;

    /// <summary>Unowned attempts younger than this are kept, because they may still be in progress.</summary>
    public TimeSpan AttemptGrace { get; init; } = DefaultAttemptGrace;
}
