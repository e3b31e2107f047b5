using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;

namespace OrleansUploads.Core.Archives;

/// <summary>The rules of one shard of a vault's archive index.</summary>
/// <remarks>The vault holds each shard's totals by version, so telling it twice or late changes nothing. A deleted archive
/// is remembered for as long as a job may list what was there before.</remarks>
/// <param name="uploads">How long deletions are remembered.</param>
/// <param name="retrievals">How long jobs take, which may list what was deleted.</param>
/// <param name="inventories">When inventories are taken: a job may list one that is a day old.</param>
public sealed class ArchiveShardDecider(
    UploadPolicy uploads, RetrievalPolicy retrievals, InventorySchedule inventories = InventorySchedule.Current)
    : Decider<ArchiveShardState, ArchiveShardCommand, ArchiveShardEvent>
{
    /// <summary>A job begins a little later than the inventory that it lists, and clocks differ.</summary>
    private static readonly TimeSpan InventorySlack = TimeSpan.FromHours(1);

    private const int SmallShard = 16;

    private readonly TimeSpan _deletionLife = Longest(
        uploads.RecordLife,
        (inventories == InventorySchedule.Daily ? TimeSpan.FromDays(1) : TimeSpan.Zero)
        + retrievals.LongestDelay + Limits.JobOutputLife + InventorySlack);

    /// <inheritdoc/>
    public override ArchiveShardState Initial => ArchiveShardState.Empty;

    /// <inheritdoc/>
    /// <remarks>Shards are read more often than they are written to: few of a large vault's are in memory.</remarks>
    public override int HistorySlack => 8;

    /// <summary>The shard that an archive belongs to. Stored keys depend on it: never change it.</summary>
    public static int ShardOf(ArchiveId archive, VaultLife vault)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(archive.ToString()), digest);
        var place = vault.Shards <= VaultLife.FewestShards ? digest[0] : BinaryPrimitives.ReadUInt16BigEndian(digest);
        return place % vault.Shards;
    }

    /// <inheritdoc/>
    public override Decision<ArchiveShardEvent> Decide(
        ArchiveShardState state, ArchiveShardCommand command, DateTimeOffset now) => command switch
        {
            AddArchive c => Add(state, c),
            FindArchive c => state.Find(c.Archive) is { } entry
                ? Reply(entry)
                : Refuse(new Refusal.ArchiveNotFound(c.Archive)),
            ListArchives c => List(state, c),
            DeleteArchive c => Delete(state, c, now),
            ConfirmTotalsTold c => state.Untold.ContainsKey(c.Version)
                ? Accept(new TotalsTold(c.Version))
                : Nothing,
            ConfirmArchiveReleased c => state.Deleted.TryGetValue(c.Archive, out var deleted) && !deleted.Released
                ? Accept(new ReleaseTold(c.Archive))
                : Nothing,
            _ => throw new ArgumentOutOfRangeException(nameof(command), command, "No such command."),
        };

    /// <summary>An archive that was deleted never comes back, however late its addition is repeated.</summary>
    private Decision<ArchiveShardEvent> Add(ArchiveShardState state, AddArchive command)
    {
        var entry = command.Entry;
        if (state.Archives.ContainsKey(entry.Archive) || state.Deleted.ContainsKey(entry.Archive))
        {
            return Repeat(Done.Instance);
        }

        var added = new ArchiveAdded(entry);
        ArchiveShardEvent opened = new ShardOpened(command.Vault, command.Shard);
        var isNew = state.Totals.Version == 0;
        var before = isNew ? Evolve(state, opened) : state;
        var decision = Accept(Done.Instance, isNew ? [opened, added] : [added]);
        return decision.Telling(TellVault(Evolve(before, added)));
    }

    private Decision<ArchiveShardEvent> Delete(ArchiveShardState state, DeleteArchive command, DateTimeOffset now)
    {
        if (state.Find(command.Archive) is null)
        {
            return state.Deleted.ContainsKey(command.Archive)
                ? Repeat(Done.Instance)
                : Refuse(new Refusal.ArchiveNotFound(command.Archive));
        }

        var happened = new ArchiveDeleted(command.Archive, now);
        var after = Evolve(state, happened);
        return Accept(Done.Instance, happened)
            .Telling(TellVault(after), TellUpload(after.Deleted[command.Archive]));
    }

    /// <inheritdoc/>
    public override ArchiveShardState Evolve(ArchiveShardState state, ArchiveShardEvent happened) => happened switch
    {
        ShardOpened e => state with { Vault = e.Vault, Totals = state.Totals with { Shard = e.Shard } },
        ArchiveAdded e => Changed(
            state with
            {
                Archives = state.Archives.SetItem(
                    e.Entry.Archive, new IndexedArchive(e.Entry, state.Totals.Version + 1, DeletedIn: null)),
                InOrder = state.InOrder.Add(e.Entry.Archive),
            },
            +1,
            e.Entry.SizeBytes,
            e.Entry.CreatedAt,
            e.Entry.Upload),
        ArchiveDeleted e when state.Archives.TryGetValue(e.Archive, out var indexed) => Changed(
            state with
            {
                Archives = state.Archives.SetItem(
                    e.Archive, indexed with { DeletedIn = state.Totals.Version + 1 }),
                Deleted = state.Deleted.SetItem(
                    e.Archive, new DeletedArchive(e.Archive, indexed.Entry.Upload, e.At, Released: false)),
            },
            -1,
            -indexed.Entry.SizeBytes,
            e.At,
            closedUpload: null),
        TotalsTold e => state with { Untold = state.Untold.Remove(e.Version) },
        ReleaseTold e when state.Deleted.TryGetValue(e.Archive, out var deleted) =>
            state with { Deleted = state.Deleted.SetItem(e.Archive, deleted with { Released = true }) },
        DeletionsForgotten e => Without(
            state, [.. state.Deleted.Values.Where(d => Forgettable(d, e.Before)).Select(d => d.Archive)]),
        ShardSnapshot e => Restore(e),

        // No inventory is older than the first version of the program that takes one.
        ShardCarriedOver e => Restore(new ShardSnapshot(
            e.Vault,
            e.Totals,
            [.. e.Archives.Select(entry => new IndexedArchive(entry, AddedIn: 0, DeletedIn: null))],
            e.Deleted,
            e.Untold)),
        _ => throw new InvalidOperationException($"{happened.GetType().Name} cannot follow here."),
    };

    /// <inheritdoc/>
    public override Decision<ArchiveShardEvent> Wake(ArchiveShardState state, DateTimeOffset now)
    {
        var before = now - _deletionLife;
        return state.Deleted.Values.Any(d => Forgettable(d, before))
            ? Accept(new DeletionsForgotten(before))
            : Nothing;
    }

    /// <inheritdoc/>
    public override DateTimeOffset? WakeAt(ArchiveShardState state)
    {
        DateTimeOffset? first = null;
        foreach (var deleted in state.Deleted.Values)
        {
            if (deleted.Released && (first is null || deleted.DeletedAt < first))
            {
                first = deleted.DeletedAt;
            }
        }

        return first + _deletionLife;
    }

    /// <inheritdoc/>
    public override IEnumerable<Intent> Pending(ArchiveShardState state)
    {
        foreach (var change in state.Untold.Values)
        {
            yield return TellVault(state.Vault, change);
        }

        foreach (var deleted in InOrder(state.Deleted).Where(deleted => !deleted.Released))
        {
            yield return TellUpload(deleted);
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<ArchiveShardEvent> Compact(ArchiveShardState state)
    {
        if (state.Totals.Version > 0)
        {
            yield return new ShardSnapshot(
                state.Vault,
                state.Totals,
                [.. state.InOrder.Select(archive => state.Archives[archive])],
                [.. InOrder(state.Deleted)],
                [.. state.Untold.Values]);
        }
    }

    /// <inheritdoc/>
    /// <remarks>One event carries all, and in a small shard it is as long as this many. A large one is seldom in memory, and
    /// reading a snapshot is cheaper than reading the records that it replaces; so the larger it is, the smaller is the share of
    /// its history that may follow its snapshot.</remarks>
    public override int CompactCount(ArchiveShardState state)
    {
        var length = 1 + state.Archives.Count + state.Deleted.Count + state.Untold.Count;
        return Math.Min(length, SmallShard + (length / 16));
    }

    private static Decision<ArchiveShardEvent> List(ArchiveShardState state, ListArchives command)
    {
        var listed = new List<ArchiveEntry>();
        for (var i = PlaceAfter(state.InOrder, command.After); i < state.InOrder.Count; i++)
        {
            var archive = state.Archives[state.InOrder[i]];
            if (!archive.IsThereAsOf(command.Version) || !command.Created.Contains(archive.Entry.CreatedAt))
            {
                continue;
            }

            if (listed.Count == command.Limit)
            {
                return Reply(new ArchivesPage(listed, HasMore: true));
            }

            listed.Add(archive.Entry);
        }

        return Reply(new ArchivesPage(listed, HasMore: false));
    }

    /// <summary>The place of the first ID behind another, which itself need not be there.</summary>
    private static int PlaceAfter(ImmutableSortedSet<ArchiveId> inOrder, ArchiveId? after)
    {
        if (after is not { } archive)
        {
            return 0;
        }

        var place = inOrder.IndexOf(archive);
        return place < 0 ? ~place : place + 1;
    }

    private static ArchiveShardState Restore(ShardSnapshot snapshot) => new(
        snapshot.Vault,
        snapshot.Totals,
        snapshot.Archives.ToImmutableDictionary(archive => archive.Entry.Archive),
        snapshot.Archives.Select(archive => archive.Entry.Archive).ToImmutableSortedSet(ArchiveId.Ordinal),
        snapshot.Deleted.ToImmutableDictionary(deleted => deleted.Archive),
        snapshot.Untold.ToImmutableSortedDictionary(change => change.Totals.Version, change => change));

    private static ArchiveShardState Without(ArchiveShardState state, IReadOnlyCollection<ArchiveId> forgotten) => state with
    {
        Archives = state.Archives.RemoveRange(forgotten),
        InOrder = state.InOrder.Except(forgotten),
        Deleted = state.Deleted.RemoveRange(forgotten),
    };

    private static ArchiveShardState Changed(
        ArchiveShardState state, int count, long sizeBytes, DateTimeOffset at, UploadId? closedUpload)
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
            Untold = state.Untold.SetItem(totals.Version, new UntoldChange(totals, closedUpload)),
        };
    }

    private static Intent TellVault(ArchiveShardState after) =>
        TellVault(after.Vault, after.Untold[after.Totals.Version]);

    private static Intent TellVault(VaultLife vault, UntoldChange change) => new(
        "totals/" + change.Totals.Version.ToString(CultureInfo.InvariantCulture),
        new IntentAction.Tell(vault.Id.Entity, new RecordArchives(vault.Epoch, change.Totals, change.ClosedUpload)),
        new ConfirmTotalsTold(change.Totals.Version)) { AnswersUnconfirmed = true };

    private static Intent TellUpload(DeletedArchive deleted) => new(
        "release/" + deleted.Archive,
        new IntentAction.Tell(deleted.Upload.Entity, new ReleaseArchive(deleted.Archive, deleted.DeletedAt)),
        new ConfirmArchiveReleased(deleted.Archive)) { AnswersUnconfirmed = true };

    /// <summary>The same order on every machine, which a dictionary does not promise.</summary>
    private static IEnumerable<T> InOrder<T>(ImmutableDictionary<ArchiveId, T> byArchive) =>
        byArchive.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => pair.Value);

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static bool Forgettable(DeletedArchive deleted, DateTimeOffset before) =>
        deleted.Released && deleted.DeletedAt <= before;
}
