using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Settings;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.Sqlite;

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

    private static UploadSpec Spec => new(
        Some.Upload(1), Incarnation, Some.Size(4096), Longest, UploadOrigin.Multipart, DateTimeOffset.MaxValue, ByteStorage.External);

    private static VaultName Parse(string text) =>
        VaultName.TryParse(text, out var name) ? name : throw new ArgumentException(text);

    private static long BytesOf<TEvent>(params TEvent[] events)
        where TEvent : class => EventCodec.Encode(events).Length;

    [Fact]
    public void A_vault_with_the_maximum_number_of_own_uploads_stays_within_its_limit()
    {
        var upload = BytesOf<VaultEvent>(new UploadAdmitted(Spec, long.MaxValue), new UploadBegun(Some.Upload(1)), new AdmissionListed(Some.Upload(1)));
        var shard = BytesOf<VaultEvent>(new ArchivesRecorded(
            new ShardTotals(VaultIncarnation.ManyShards, long.MaxValue, long.MaxValue, long.MaxValue, Some.Noon), null));
        var page = BytesOf<VaultEvent>(new PageCarriedOver(255, long.MaxValue, long.MaxValue));

        var bytes = (upload * Limits.MaxUploadsHeldByVault) + (2 * shard * VaultIncarnation.ManyShards) + (page * UploadPages.Count)
            + (6 * 2 * Limits.MaxPolicyBytes) + (6 * Limits.MaxTagsPerVault * 2 * 4 * Limits.MaxTagValueChars);

        Assert.InRange(bytes, 1, SqliteJournal.MaxRecordBytes);
    }

    /// <summary>IDs are random, so the largest page has few more uploads than the mean. Four times the mean must
    /// fit.</summary>
    [Fact]
    public void A_page_with_the_maximum_number_of_uploads_stays_within_its_limit()
    {
        var upload = BytesOf<UploadPageEvent>(new UploadPageSnapshot(Incarnation, 255, long.MaxValue, [], [Spec]));
        Assert.InRange(upload * 4 * VaultLimits.MaxOpenUploads / UploadPages.Count, 1, SqliteJournal.MaxRecordBytes);
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
