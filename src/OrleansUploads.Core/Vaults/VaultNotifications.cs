namespace OrleansUploads.Core.Vaults;

/// <summary>Kinds of jobs that a vault's topic is notified about. The values are stored: never change them.</summary>
[Flags]
public enum NotifiedJobs
{
    /// <summary>No jobs.</summary>
    None = 0,

    /// <summary>Archive retrievals.</summary>
    ArchiveRetrievals = 1,

    /// <summary>Inventory retrievals.</summary>
    InventoryRetrievals = 2,
}

/// <summary>A vault's setting for notifications about finished jobs.</summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="Jobs">The kinds of jobs to notify about; at least one.</param>
/// <remarks>Source: developer guide, "Configuring vault notifications".</remarks>
public sealed record VaultNotifications(string Topic, NotifiedJobs Jobs);
