namespace OrleansUploads.Core.Vaults;

/// <summary>Kinds of jobs whose end a vault's topic is told of. The numbers are stored.</summary>
[Flags]
public enum NotifiedJobs
{
    /// <summary>No jobs.</summary>
    None = 0,

    /// <summary>Retrievals of archives.</summary>
    ArchiveRetrievals = 1,

    /// <summary>Retrievals of inventories.</summary>
    InventoryRetrievals = 2,
}

/// <summary>Whom a vault tells of the end of its jobs.</summary>
/// <param name="Topic">Name of the topic.</param>
/// <param name="Jobs">Of which jobs; at least one kind.</param>
/// <remarks>Source: developer guide, "Configuring vault notifications".</remarks>
public sealed record VaultNotifications(string Topic, NotifiedJobs Jobs);
