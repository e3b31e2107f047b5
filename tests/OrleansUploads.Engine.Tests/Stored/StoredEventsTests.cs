using System.Text;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.Engine.Tests.Contracts;

namespace OrleansUploads.Engine.Tests.Stored;

/// <summary>Checks the stored format. samples.txt contains one record for each stored name, and another one with notes if the name got
/// some. Lines are only added, never changed.</summary>
public sealed class StoredEventsTests
{
    private static readonly string[] Samples = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Stored", "samples.txt"));

    public static TheoryData<string> Lines => new(Samples);

    private static IEnumerable<Type> Events => DeciderTypes.All.Select(decider => decider.Event);

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_record_of_any_version_is_read_and_written_again_unchanged(string line) => Assert.Equal(line, Rewrite(line));

    /// <summary>A newer version may add a note without another name.</summary>
    [Theory]
    [MemberData(nameof(Lines))]
    public void A_note_that_this_version_does_not_know_is_skipped(string line)
    {
        var separator = line.EndsWith("{}]]", StringComparison.Ordinal) ? "" : ",";
        Assert.Equal(line, Rewrite(line[..^3] + separator + "\"new\":[{\"note\":1}]}]]"));
    }

    [Fact]
    public void Every_stored_name_has_a_sample()
    {
        var names = ShapeNames.Core.All.Where(shape => Events.Any(shape.Type.IsAssignableTo)).Select(shape => shape.Name);
        Assert.Equal(names.Order(StringComparer.Ordinal), Samples.Select(NameOf).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void All_members_of_the_largest_events_survive_a_round_trip()
    {
        AssertRoundTrips<UploadEvent>(new UploadInitiated(Some.Spec()));
        AssertRoundTrips<UploadEvent>(new PartStored(7, Some.MiB, Some.Hash("a"), Some.Attempt(1), Some.Noon));
        AssertRoundTrips<UploadEvent>(new UploadCompleted(
            Some.Archive(1).Archive, 40_000L << 30, Some.Hash("a"), Some.Noon));
        AssertRoundTrips<VaultEvent>(new ArchivesRecorded(
            new ShardTotals(255, 9, 8, 7, Some.Noon), Some.Upload(3)));
        AssertRoundTrips<ArchiveShardEvent>(new ArchiveAdded(Some.Archive(1)));
        AssertRoundTrips<JobsEvent>(new RetrievalStarted(SomeJob));
    }

    [Fact]
    public void The_byte_storage_survives_a_round_trip_in_every_event_that_has_it()
    {
        var spec = Some.Spec(storage: ByteStorage.External);
        var archive = Some.Archive(1) with { ByteStorage = ByteStorage.External };
        AssertRoundTrips<VaultEvent>(new UploadAdmitted(spec, 1));
        AssertRoundTrips<UploadPageEvent>(new UploadPaged(spec, 1));
        AssertRoundTrips<UploadEvent>(new UploadInitiated(spec));
        AssertRoundTrips<UploadEvent>(new ExternalPartStored(7, Some.MiB, Some.Hash("a"), Some.Location("\"<a>\" & 'b'"), Some.Noon));
        AssertRoundTrips<ArchiveShardEvent>(new ArchiveAdded(archive));
    }

    private static RetrievalJob SomeJob => new(
        JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
        Some.Archive(1),
        new PartRange(0, Some.MiB - 1),
        Some.Hash("a"),
        new JobOptions(Some.Described("for \"Ann\" \\ <Bob>"), "arn:aws:sns:us-east-1:111122223333:ready", RetrievalTier.Bulk),
        Some.Noon,
        Some.Noon + TimeSpan.FromHours(12));

    private static void AssertRoundTrips<TEvent>(TEvent happened)
        where TEvent : class => Assert.Equal(happened, Assert.Single(EventCodec.Decode<TEvent>(EventCodec.Encode([happened]))));

    private static string Rewrite(string line) =>
        Encoding.UTF8.GetString(EventCodec.Encode(EventCodec.Decode<object>(Encoding.UTF8.GetBytes(line))).Span);

    private static string NameOf(string line) => line.Split('"')[1];
}
