using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Keys;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Contracts;

namespace OrleansUploads.Engine.Tests.Stored;

/// <summary>No entity can reach the size at which the journal refuses its snapshot, regardless of what its clients send.
/// Quotation marks are the largest characters: six bytes each.</summary>
public sealed class LargestEntitiesTests
{
    private static readonly VaultIncarnation Incarnation = new(
        new VaultId(Some.Account, Parse(new string('v', Limits.MaxVaultNameChars))), long.MaxValue, VaultIncarnation.ManyShards);

    private static readonly Description Longest =
        Description.TryParse(new string('"', Limits.MaxDescriptionChars), out var description) ? description : default;

    private static readonly string Topic = new('"', Limits.MaxTopicChars);

    private static readonly ArchiveEntry Archive = Some.Archive(1) with { Description = Longest, SizeBytes = 40_000L << 30 };

    private static readonly JobOptions Options = new(Longest, Topic, RetrievalTier.Standard);

    private static VaultName Parse(string text) =>
        VaultName.TryParse(text, out var name) ? name : throw new ArgumentException(text);

    private static long BytesOf<TEvent>(params TEvent[] events)
        where TEvent : class => EventCodec.Encode(events).Length;

    [Fact]
    public void A_vault_with_every_shard_and_the_longest_texts_stays_within_its_limit()
    {
        var shard = BytesOf<VaultEvent>(new ArchivesRecorded(
            new ShardTotals(VaultIncarnation.ManyShards, long.MaxValue, long.MaxValue, long.MaxValue, Some.Noon)));

        var bytes = (2 * shard * VaultIncarnation.ManyShards)
            + (6 * 2 * Limits.MaxPolicyBytes) + (6 * Limits.MaxTagsPerVault * 2 * 4 * Limits.MaxTagValueChars);

        Assert.InRange(bytes, 1, SqliteJournal.MaxRecordBytes);
    }

    /// <summary>A leaf that splits refuses what moves, so it has at most about twice the length at which it splits.</summary>
    [Fact]
    public void A_leaf_of_uploads_with_the_longest_descriptions_stays_within_its_limit()
    {
        var leaf = new LeafId(Incarnation.Uploads, LeafName.First);
        using var driver = new DeciderDriver<KeyLeafState, KeyLeafCommand, KeyLeafEvent>(new KeyLeafDecider());
        for (var upload = 0; driver.State.Split is null; upload++)
        {
            driver.Do(new ListUpload(new KeyEntry(default, Some.Upload(upload), Some.Noon, default)
            {
                Archive = new ListedArchive(Some.Size(4096), Longest, ByteStorage.External),
            })
            { Leaf = leaf });
        }

        Assert.InRange(2 * EventCodec.EncodeSnapshot(driver.State).Length, 1, SqliteJournal.MaxRecordBytes);
    }

    [Fact]
    public void The_maximum_number_of_jobs_stays_within_its_limit()
    {
        var limits = new VaultLimits();
        var topics = BytesOf<JobsEvent>(new JobFinished(JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)), Some.Noon, [Topic, Topic]));
        var retrieval = BytesOf<JobsEvent>(new RetrievalStarted(new RetrievalJob(
            JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
            Archive,
            new PartRange(0, Archive.SizeBytes - 1),
            Archive.TreeHash,
            Options,
            Some.Noon,
            Some.Noon)));

        // A shard counts its changes. A million for each shard are four billion changes.
        var inventory = BytesOf<JobsEvent>(new InventoryStarted(new InventoryJob(
            JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
            new InventorySnapshot(Incarnation, Some.Noon, [.. Enumerable.Repeat(1_000_000L, VaultIncarnation.ManyShards)]),
            new InventorySelection(new CreationWindow(Some.Noon, Some.Noon), long.MaxValue, Archive.Archive),
            InventoryFormat.Csv,
            new InventoryOutput(new string('v', 2 * Limits.MaxVaultNameChars), long.MaxValue, Archive.Archive),
            Options,
            Some.Noon,
            Some.Noon)));

        var bytes = (limits.Jobs * (topics + retrieval)) + (limits.InventoryJobs * inventory);

        Assert.InRange(bytes, 1, SqliteJournal.MaxRecordBytes);
    }
}
