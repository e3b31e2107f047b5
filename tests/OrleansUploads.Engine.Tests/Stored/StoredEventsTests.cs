using System.Buffers;
using System.Text;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Values;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Contracts;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Stored;

/// <summary>Checks the stored format. samples.txt contains one record for each stored name, and another one with notes if the name got
/// some. Lines are only added, never changed.</summary>
public sealed class StoredEventsTests
{
    private static readonly string[] Samples = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Stored", "samples.txt"));

    public static TheoryData<string> Lines => new(Samples);

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
        var names = ContractRegistry.All.OfType<IEntityContract>().SelectMany(contract => contract.Events).SelectMany(shape => shape.Names);
        Assert.Equal(names.Order(StringComparer.Ordinal), Samples.Select(NameOf).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void All_members_of_the_largest_events_survive_a_round_trip()
    {
        AssertRoundTrips<UploadEvent>(UploadContract.Table.Codec, new UploadInitiated(Some.Spec()));
        AssertRoundTrips<UploadEvent>(
            UploadContract.Table.Codec, new PartStored(7, Some.MiB, Some.Hash("a"), Some.Attempt(1), Some.Noon));
        AssertRoundTrips<UploadEvent>(UploadContract.Table.Codec, new UploadCompleted(
            Some.Archive(1).Archive, 40_000L << 30, Some.Hash("a"), Some.Noon));
        AssertRoundTrips<VaultEvent>(VaultContract.Table.Codec, new ArchivesRecorded(
            new ShardTotals(255, 9, 8, 7, Some.Noon), Some.Upload(3)));
        AssertRoundTrips<ArchiveShardEvent>(ArchiveShardContract.Table.Codec, new ArchiveAdded(Some.Archive(1)));
        AssertRoundTrips<JobsEvent>(JobsContract.Table.Codec, new RetrievalStarted(SomeJob));
    }

    [Fact]
    public void The_byte_storage_survives_a_round_trip_in_every_event_that_has_it()
    {
        var spec = Some.Spec(storage: ByteStorage.External);
        var archive = Some.Archive(1) with { ByteStorage = ByteStorage.External };
        AssertRoundTrips<VaultEvent>(VaultContract.Table.Codec, new UploadListed(spec));
        AssertRoundTrips<VaultEvent>(VaultContract.Table.Codec, new UploadAdmitted(spec, 1));
        AssertRoundTrips<UploadPageEvent>(UploadPageContract.Table.Codec, new UploadPaged(spec, 1));
        AssertRoundTrips<UploadEvent>(UploadContract.Table.Codec, new UploadInitiated(spec));
        AssertRoundTrips<UploadEvent>(
            UploadContract.Table.Codec, new ExternalPartStored(7, Some.MiB, Some.Hash("a"), Some.Location("\"<a>\" & 'b'"), Some.Noon));
        AssertRoundTrips<ArchiveShardEvent>(ArchiveShardContract.Table.Codec, new ArchiveAdded(archive));
    }

    [Theory]
    [InlineData("upload-listed.1", ByteStorage.Gateway)]
    [InlineData("upload-listed.2", ByteStorage.External)]
    public void A_record_without_a_byte_storage_means_the_gateway(string name, ByteStorage storage)
    {
        var sample = Encoding.UTF8.GetBytes(Samples.Single(line => NameOf(line) == name));
        var listed = Assert.IsType<UploadListed>(Assert.Single(VaultContract.Table.Codec.Decode(sample)));
        Assert.Equal(storage, listed.Spec.ByteStorage);
    }

    private static RetrievalJob SomeJob => new(
        JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
        Some.Archive(1),
        new PartRange(0, Some.MiB - 1),
        Some.Hash("a"),
        new JobOptions(Some.Described("for \"Ann\" \\ <Bob>"), "arn:aws:sns:us-east-1:111122223333:ready", RetrievalTier.Bulk),
        Some.Noon,
        Some.Noon + TimeSpan.FromHours(12));

    private static void AssertRoundTrips<TEvent>(EventCodec<TEvent> codec, TEvent happened)
        where TEvent : class => Assert.Equal(happened, Assert.Single(codec.Decode(Encode(codec, [happened]).WrittenMemory)));

    private static string? Rewrite(string line) =>
        Rewrite(AccountContract.Table.Codec, line)
        ?? Rewrite(VaultContract.Table.Codec, line)
        ?? Rewrite(ArchiveShardContract.Table.Codec, line)
        ?? Rewrite(JobsContract.Table.Codec, line)
        ?? Rewrite(UploadContract.Table.Codec, line)
        ?? Rewrite(UploadPageContract.Table.Codec, line)
        ?? Rewrite(ServiceContract.Table.Codec, line)
        ?? Rewrite(BucketContract.Table.Codec, line)
        ?? Rewrite(KeyLeafContract.Table.Codec, line)
        ?? Rewrite(KeyRoutesContract.Table.Codec, line);

    private static string? Rewrite<TEvent>(EventCodec<TEvent> codec, string line)
        where TEvent : class => codec.Shapes.ContainsKey(NameOf(line))
            ? Encoding.UTF8.GetString(Encode(codec, codec.Decode(Encoding.UTF8.GetBytes(line))).WrittenSpan)
            : null;

    private static ArrayBufferWriter<byte> Encode<TEvent>(EventCodec<TEvent> codec, IEnumerable<TEvent> events)
        where TEvent : class
    {
        var buffer = new ArrayBufferWriter<byte>();
        var writer = EventCodec<TEvent>.Begin(buffer);
        foreach (var happened in events)
        {
            codec.Write(writer, happened);
        }

        EventCodec<TEvent>.End(writer);
        return buffer;
    }

    private static string NameOf(string line) => line.Split('"')[1];
}
