using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>The rules of one shard of a vault's archive index.</summary>
/// <remarks>The vault keeps the latest version of each shard's totals, so late or repeated deliveries change nothing. A
/// deleted archive is remembered for as long as a job may list an inventory that contains it.</remarks>
/// <param name="retrievals">How long jobs take. An unfinished job may still list a deleted archive.</param>
/// <param name="uploads">How long deletions are remembered for repeated requests.</param>
public sealed class ArchiveShardDecider(UploadPolicy uploads, RetrievalPolicy retrievals)
    : Decider<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>
{
    /// <summary>Tolerance for the time between an inventory and the start of its job, and as much for differences between
    /// clocks.</summary>
    private static readonly TimeSpan InventorySlack = 2 * Limits.MaxInventoryAge;

    private const int SmallShard = 16;

    // The output of a large inventory is measured before it would expire, and then available for the whole time.
    private readonly TimeSpan _deletionLife = Max(
        uploads.RecordLife,
        retrievals.LongestDelay + (2 * Limits.JobOutputLife) + InventorySlack);

    public override ArchiveShardState Initial => ArchiveShardState.Empty;

    /// <summary>Few shards of a large vault are in memory, so they are read from the journal more often than they are
    /// written.</summary>
    public override int HistorySlack => 8;

    public override Decision<ArchiveShardEvent> Decide(
        ArchiveShardState state, ArchiveShardCommand command, ServiceTime time) => command switch
        {
            AddArchive c => AddArchive(state, c),
            FindArchive c => state.FindArchive(c.Archive) is { } entry
                ? Reply(entry)
                : Refuse(new Refusal.ArchiveNotFound(c.Archive)),
            ListArchives c => ListArchives(state, c),
            DeleteArchive c => DeleteArchive(state, c.Archive, c.Judgement, time),
            FindDeletedArchive c => state.Deleted.TryGetValue(c.Archive, out var gone)
                ? Reply(new FoundDeletion(gone.Upload, gone.DeletedAt))
                : Refuse(new Refusal.ArchiveNotFound(c.Archive)),
            UpdateGuard c => c.Generation > state.Guard ? Accept(new GuardUpdated(c.Generation)) : Nothing,
            ConfirmTotalsDelivered c => !state.Undelivered.ContainsKey(c.Version) ? Nothing
                : c.IsVaultGone ? Accept(new IndexEnded())
                : Accept(new TotalsDelivered(c.Version)),
            ConfirmArchiveReleased c => state.Deleted.TryGetValue(c.Archive, out var deleted) && !deleted.Released
                ? Accept(new ReleaseDelivered(c.Archive))
                : Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "Unknown command."),
        };

    public override ArchiveShardState Evolve(ArchiveShardState state, ArchiveShardEvent happened) => happened switch
    {
        ShardOpened e => state with { Vault = e.Vault, Totals = state.Totals with { Shard = e.Shard } },
        ArchiveAdded e => WithChange(
            state.With(new IndexedArchive(e.Entry, state.Totals.Version + 1, DeletedIn: null)),
            +1,
            e.Entry.SizeBytes,
            e.Entry.CreatedAt,
            e.Entry.Upload),
        ArchiveDeleted e when state.FindIndexed(e.Archive) is { } indexed => WithChange(
            state.With(indexed with { DeletedIn = state.Totals.Version + 1 }) with
            {
                Deleted = state.Deleted.SetItem(
                    e.Archive, new DeletedArchive(e.Archive, indexed.Entry.Upload, e.At, Released: false)),
            },
            -1,
            -indexed.Entry.SizeBytes,
            e.At,
            addedUpload: null),
        TotalsDelivered e => state with { Undelivered = state.Undelivered.Remove(e.Version) },
        IndexEnded => End(state),
        GuardUpdated e => state with { Guard = e.Generation },
        ReleaseDelivered e when state.Deleted.TryGetValue(e.Archive, out var deleted) =>
            state with { Deleted = state.Deleted.SetItem(e.Archive, deleted with { Released = true }) },
        DeletionsForgotten e => WithoutArchives(
            state, state.Deleted.Values.Where(d => CanBeForgotten(d, e.Before)).Select(d => d.Archive).ToHashSet()),
        _ => throw new InvalidOperationException($"Unexpected event {happened.GetType().Name}."),
    };

    public override Decision<ArchiveShardEvent> Wake(ArchiveShardState state, ServiceTime time)
    {
        var before = time.ServedAgo(_deletionLife);
        return state.Deleted.Values.Any(d => CanBeForgotten(d, before))
            ? Accept(new DeletionsForgotten(before))
            : Nothing;
    }

    public override DateTimeOffset? WakeAt(ArchiveShardState state, ServiceTime time)
    {
        var first = state.Deleted.Values
            .Where(deleted => deleted.Released)
            .Min(deleted => (DateTimeOffset?)deleted.DeletedAt);
        return first is { } deletedAt ? time.DueAt(deletedAt, _deletionLife) : null;
    }

    public override IEnumerable<Intent> Pending(ArchiveShardState state)
    {
        foreach (var change in state.Undelivered.Values)
        {
            yield return TellVault(state.Vault, change);
        }

        foreach (var deleted in ArchiveShardState.InOrderOf(state.Deleted).Where(deleted => !deleted.Released))
        {
            yield return TellJobs(state.Vault, deleted);
        }
    }

    /// <remarks>The cost is the shard's length up to a small size, and grows more slowly after that. A large shard is seldom in memory, and
    /// reading a snapshot is cheaper than reading the records that it replaces, so a larger shard allows a smaller share of history after
    /// its snapshot.</remarks>
    public override int SnapshotCost(ArchiveShardState state)
    {
        var length = 1 + state.Archives.Length + state.Deleted.Count + state.Undelivered.Count;
        return Math.Min(length, SmallShard + (length / 16));
    }

    private static Decision<ArchiveShardEvent> ListArchives(ArchiveShardState state, ListArchives command)
    {
        var (archives, hasMore) = state.Archives[FirstAfter(state, command.After)..]
            .Where(archive => archive.ExistsAt(command.Version) && command.Created.Contains(archive.Entry.CreatedAt))
            .Select(archive => archive.Entry)
            .FirstPage(command.Limit);
        return Reply(new ArchivesPage(archives, hasMore));
    }

    /// <summary>The index of the first archive after <paramref name="after"/>, which need not be in the shard.</summary>
    private static int FirstAfter(ArchiveShardState state, ArchiveId? after)
    {
        if (after is not { } archive)
        {
            return 0;
        }

        var index = state.IndexOf(archive);
        return index < 0 ? ~index : index + 1;
    }

    private static ArchiveShardState WithoutArchives(ArchiveShardState state, HashSet<ArchiveId> forgotten) => state with
    {
        Archives = state.Archives.RemoveAll(archive => forgotten.Contains(archive.Entry.Archive)),
        Deleted = state.Deleted.RemoveRange(forgotten),
    };

    private static ArchiveShardState WithChange(
        ArchiveShardState state, int count, long sizeBytes, DateTimeOffset at, UploadId? addedUpload)
    {
        var totals = new ShardTotals(
            state.Totals.Shard,
            state.Totals.Version + 1,
            state.Totals.Archives + count,
            state.Totals.SizeBytes + sizeBytes,
            at > state.Totals.ChangedAt ? at : state.Totals.ChangedAt);
        return state with
        {
            Totals = totals,
            Undelivered = state.Undelivered.SetItem(totals.Version, new UndeliveredChange(totals, addedUpload)),
        };
    }

    private static Intent TellVault(ArchiveShardState after) =>
        TellVault(after.Vault, after.Undelivered[after.Totals.Version]);

    private static Intent TellVault(VaultIncarnation vault, UndeliveredChange change) => new(
        "totals/" + change.Totals.Version.ToString(CultureInfo.InvariantCulture),
        new TellEntity(vault.Id.Entity, new RecordArchives(vault.Epoch, change.Totals)),
        verdict => new ConfirmTotalsDelivered(change.Totals.Version, verdict is AdditionVerdict.VaultGone))
    {
        AnswersUnconfirmed = true,
        // An upload repeats the addition of its archive. A deletion is a client's command.
        IsRepeatedBySender = change.AddedUpload is not null,
        Revises = static (answer, verdict) => answer is AdditionVerdict && verdict is AdditionVerdict.VaultGone ? verdict : answer,
    };

    private static TimeSpan Max(TimeSpan left, TimeSpan right) => left > right ? left : right;

    private static bool CanBeForgotten(DeletedArchive deleted, DateTimeOffset before) =>
        deleted.Released && deleted.DeletedAt <= before;

    /// <summary>Adds an archive. A repeated addition never restores a deleted archive, and waits until the vault has recorded the first
    /// one. It waits for no other change, whose verdict would be about another archive.</summary>
    private Decision<ArchiveShardEvent> AddArchive(ArchiveShardState state, AddArchive command)
    {
        var entry = command.Entry;
        if (state.Deleted.ContainsKey(entry.Archive))
        {
            return Reply(AdditionVerdict.InVault);
        }

        if (state.FindIndexed(entry.Archive) is not null)
        {
            var repeated = Reply(AdditionVerdict.InVault);
            return FindUndeliveredAddition(state, entry) is { } undelivered
                ? repeated.Raising(TellVault(state.Vault, undelivered))
                : repeated;
        }

        if (state.IsEnded)
        {
            return Reply(AdditionVerdict.Gone);
        }

        var added = new ArchiveAdded(entry);
        ArchiveShardEvent opened = new ShardOpened(command.Vault, command.Shard);
        var isNew = state.Totals.Version == 0;
        var before = isNew ? Evolve(state, opened) : state;
        var decision = Accept(AdditionVerdict.InVault, isNew ? [opened, added] : [added]);
        return decision.Raising(TellVault(Evolve(before, added)));
    }

    /// <summary>The vault is deleted only when it counts no archive, so the archives that are still here were not counted.</summary>
    private static ArchiveShardState End(ArchiveShardState state) => state with
    {
        Archives = state.Archives.RemoveAll(static archive => archive.DeletedIn is null),
        IsEnded = true,
        Undelivered = state.Undelivered.Clear(),
    };

    /// <summary>Maximum age of a verdict. It is limited because a lock policy may start to forbid deletions at a certain
    /// time.</summary>
    public static readonly TimeSpan VerdictLife = TimeSpan.FromMinutes(1);

    private Decision<ArchiveShardEvent> DeleteArchive(
        ArchiveShardState state, ArchiveId archive, DeletionVerdict verdict, ServiceTime time)
    {
        var now = time.Now;
        if (state.FindArchive(archive) is not { } entry)
        {
            return state.Deleted.ContainsKey(archive)
                ? Repeat(Done.Instance)
                : Refuse(new Refusal.ArchiveNotFound(archive));
        }

        if (FindUndeliveredAddition(state, entry) is { } addition && addition.Totals.Version > verdict.Recorded)
        {
            // Until the addition is delivered, the vault may not know this shard and may not have delivered a lock's guard to it.
            // Once this answer is sent, it has. The next verdict says so, because a crash may forget the confirmation.
            return Repeat(new Refusal.VerdictStale(archive, now, addition.Totals.Version));
        }

        if (!IsCurrent(state, entry, verdict, now))
        {
            return Refuse(new Refusal.VerdictStale(archive, now, verdict.Recorded));
        }

        if (verdict.LooksAtClock && !time.IsTrusted)
        {
            return Refuse(new Refusal.ClockNotTrusted(archive));
        }

        var happened = new ArchiveDeleted(archive, now);
        var after = Evolve(state, happened);
        return Accept(Done.Instance, happened)
            .Raising(TellVault(after), TellJobs(after.Vault, after.Deleted[archive]));
    }

    private static UndeliveredChange? FindUndeliveredAddition(ArchiveShardState state, ArchiveEntry entry) =>
        state.Undelivered.Values.FirstOrDefault(change => change.AddedUpload == entry.Upload);

    /// <summary>Whether a verdict is about this archive, the policies in force, and the present. Verdicts from the future are
    /// rejected: a host whose clock is ahead would treat archives as older than they are.</summary>
    private static bool IsCurrent(
        ArchiveShardState state, ArchiveEntry entry, DeletionVerdict verdict, DateTimeOffset now) =>
        verdict.Guard >= state.Guard
        && (!verdict.LooksAtAge || verdict.CreatedAt == entry.CreatedAt)
        && verdict.At <= now
        && verdict.At >= now - VerdictLife;

    /// <summary>The deletion reaches the upload through the jobs, because they know how long its bytes are still
    /// needed.</summary>
    private static Intent TellJobs(VaultIncarnation vault, DeletedArchive deleted) => new(
        "release/" + deleted.Archive,
        new TellEntity(vault.Jobs, new RetireArchive(deleted.Archive, deleted.Upload, deleted.DeletedAt)),
        new ConfirmArchiveReleased(deleted.Archive))
    {
        AnswersUnconfirmed = true,
    };
}
