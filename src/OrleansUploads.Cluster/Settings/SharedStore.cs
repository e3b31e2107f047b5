namespace OrleansUploads.Cluster.Settings;

/// <summary>A store that all silos share, in place of grain storage and reminders.</summary>
/// <param name="Journal">The journal of all entities.</param>
/// <param name="Wakes">Lists the entities of the journal that are due. Each silo scans its share.</param>
/// <param name="Rows">What is kept beside the journal.</param>
public sealed record SharedStore(IJournal Journal, ISharedWakeIndex Wakes, INamedRows Rows);
