namespace OrleansUploads.Simulation.Judging;

/// <summary>The known facts about an upload, and the time from which it may have expired.</summary>
internal sealed class UploadFacts(Judge judge, int vault, DateTimeOffset initiatedAt)
{
    private static readonly UploadPolicy Policy = new();

    private readonly DateTimeOffset _initiatedAt = initiatedAt;
    private readonly Dictionary<int, HashSet<AttemptId?>> _changes = [];

    public int Vault { get; } = vault;

    /// <summary>What nodes have written for it. The list grows.</summary>
    public IReadOnlyList<NodeBody> Written { get; init; } = [];

    /// <summary>When each attempt of a node was first reported. Repeating a report is no activity.</summary>
    public Dictionary<AttemptId, DateTimeOffset> ReportedSince { get; } = [];

    public long KnownSince { get; set; }

    /// <summary>A lower bound for the time of the last activity.</summary>
    public DateTimeOffset ActiveAt { get; private set; } = initiatedAt;

    public ArchiveId? Archive { get; set; }

    public long CompletedSince { get; set; }

    /// <summary>Order of the first answer after which the upload certainly was no longer open, or 0.</summary>
    public long EndedSince { get; set; }

    public bool AbortAnswered { get; set; }

    /// <summary>The archive that an unanswered completion would create, or null if none was sent.</summary>
    public ArchiveId? Foreseen { get; set; }

    public DateTimeOffset? CompleteAskedAt { get; set; }

    public bool EndWasAsked { get; set; }

    /// <summary>All claims that clients sent for it, the latest last.</summary>
    public List<Claim> Claims { get; } = [];

    public int CompletesInFlight { get; set; }

    public int AbortsInFlight { get; set; }

    public int CompletesAbandoned { get; set; }

    public bool MayExpire => judge.Now >= ActiveAt + Policy.StaleAfter - judge.ClockError;

    public bool MayForgetEnd => judge.Now >= _initiatedAt + Policy.RecordLife - judge.ClockError;

    public bool MayForgetArchive => (Archive ?? Foreseen) is { } id && judge.ArchiveOf(id) is { DeleteAskedAt: { } at }
        && judge.Now >= at + Policy.RecordLife - judge.ClockError;

    /// <summary>Whether a deletion of the vault may have ended the upload before it became known, or ends it now.</summary>
    public bool MayEndWithVault => BegunInDeletion || judge.IsDeletionAsked(Vault);

    /// <summary>Whether the upload became known by an answer whose request overlapped a deletion of the vault.</summary>
    public bool BegunInDeletion { get; init; }

    /// <summary>Whether the vault was deleted, or may have been, since the upload began.</summary>
    public bool MayHaveLostVault => MayEndWithVault || VaultMayBeDeleted;

    public bool VaultMayBeDeleted { get; set; }

    /// <summary>Whether a stale host may let requests through although the vault was deleted.</summary>
    public bool MayReachLostVault => judge.MayBeStale && MayHaveLostVault;

    public bool MayHaveBeenCollected => judge.AnyCollection;

    public bool AdviceMayBeStale => judge.AdviceMayBeStale;

    public void WasActiveAt(DateTimeOffset time) => ActiveAt = time > ActiveAt ? time : ActiveAt;

    /// <summary>The attempts that nodes have reported for a slot, and null if a client has sent a part for it.</summary>
    public HashSet<AttemptId?> ChangesOf(int slot)
    {
        if (!_changes.TryGetValue(slot, out var changes))
        {
            _changes.Add(slot, changes = []);
        }

        return changes;
    }
}

internal sealed class ArchiveFacts(ArchiveId id, int vault, IReadOnlyList<Content> contents)
{
    public ArchiveId Id { get; } = id;

    public int Vault { get; } = vault;

    public IReadOnlyList<Content> Contents { get; } = contents;

    public long SizeBytes { get; } = Content.SizeOf(contents);

    /// <summary>When it was first requested; it cannot be older. Null if it was only foreseen.</summary>
    public DateTimeOffset? CreatedNotBefore { get; init; }

    /// <summary>The upload that was expected to create it.</summary>
    public UploadFacts? ForeseenOf { get; init; }

    /// <summary>The multipart upload that created it, or null if that is not known.</summary>
    public UploadId? Upload { get; init; }

    public long KnownSince { get; set; }

    public DateTimeOffset? DeleteAskedAt { get; set; }

    public long DeletedSince { get; set; }

    public DateTimeOffset? DeletedAt { get; set; }
}
