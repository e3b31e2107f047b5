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

/// <summary>Jobs whose output expired at or before an instant have vanished.</summary>
public sealed record JobsExpired(DateTimeOffset At) : JobsEvent;
