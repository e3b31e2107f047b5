using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Jobs;

/// <summary>What can happen to a vault's jobs. Stored for years: a case is never changed, only followed by a new one.</summary>
public abstract record JobsEvent
{
    private protected JobsEvent()
    {
    }
}

/// <summary>The retrieval of an archive was initiated.</summary>
public sealed record RetrievalStarted(RetrievalJob Job) : JobsEvent;

/// <summary>The retrieval of an inventory was initiated.</summary>
public sealed record InventoryStarted(InventoryJob Job) : JobsEvent;

/// <summary>Whom the vault wants to be told was set or cleared. Jobs that had finished by then are not concerned.</summary>
/// <param name="Version">Counts the vault's settings.</param>
/// <param name="Notifications">The setting; null for nobody.</param>
/// <param name="At">When the jobs learned of it.</param>
public sealed record VaultTopicTaken(long Version, VaultNotifications? Notifications, DateTimeOffset At) : JobsEvent;

/// <summary>A job has finished, and topics are owed a message of it.</summary>
/// <param name="Job">The job.</param>
/// <param name="At">When that was noticed.</param>
/// <param name="Topics">The topics.</param>
public sealed record JobFinished(JobId Job, DateTimeOffset At, IReadOnlyList<string> Topics) : JobsEvent;

/// <summary>The receiver of a topic has the message of a job's end.</summary>
public sealed record NoticeSent(JobId Job, string Topic) : JobsEvent;

/// <summary>The receiver of a topic could not be reached for so long that the message of a job's end was given up.</summary>
public sealed record NoticeGivenUp(JobId Job, string Topic, DateTimeOffset At) : JobsEvent;

/// <summary>Jobs whose output expired at or before an instant have vanished.</summary>
public sealed record JobsExpired(DateTimeOffset At) : JobsEvent;
