using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Settings;

namespace OrleansUploads.Engine;

/// <summary>Options of the engine. They are the same for one process and for a cluster; in a cluster, all silos must have the same
/// values.</summary>
public sealed record EngineOptions
{
    public UploadPolicy Uploads { get; init; } = new();

    public RetrievalPolicy Retrievals { get; init; } = new();

    public AccountPolicy Accounts { get; init; } = new();

    public VaultLimits Vaults { get; init; } = new();

    public MaintenanceOptions Maintenance { get; init; } = new();

    /// <summary>The same options, for a host with or without a receiver of events.</summary>
    public EngineOptions Telling(bool hasReceiver) => this with { Uploads = Uploads with { TellsEnds = hasReceiver } };

    /// <summary>The longest time for which the bytes of a deleted archive or object are kept for those who read them.</summary>
    internal TimeSpan LongestRetention
    {
        get
        {
            var ofArchives = Retrievals.LongestDelay + Limits.JobOutputLife + JobsDecider.DownloadGrace;
            return Uploads.ReplacedObjectGrace > ofArchives ? Uploads.ReplacedObjectGrace : ofArchives;
        }
    }
}

public sealed record MaintenanceOptions
{
    /// <summary>Time between two scans for entities that are due. A cluster over grain storage uses
    /// reminders instead.</summary>
    public TimeSpan WakeInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Time between two collections of unowned bytes, and before the first one.</summary>
    public TimeSpan CollectInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Time between two checks of the journal's index. The first check runs at the start. Clusters have no such index.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromDays(1);

    /// <summary>Unowned attempts younger than this are kept, because they may still be in progress. The default is
    /// longer than any part takes to be sent.</summary>
    public TimeSpan AttemptGrace { get; init; } = TimeSpan.FromHours(24);
}
