using System.Buffers;
using System.Text;
using OrleansUploads.Core.Accounts;
using OrleansUploads.Core.Archives;
using OrleansUploads.Core.Jobs;
using OrleansUploads.Core.Parts;
using OrleansUploads.Core.Uploads;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Stored;
using OrleansUploads.TestKit;

namespace OrleansUploads.Engine.Tests.Stored;

/// <summary>Holds the stored format: samples.txt has one record for each name that was ever given to a shape. A line of it
/// is never changed; a new shape adds a line.</summary>
public sealed class StoredEventsTests
{
    private static readonly string[] Samples = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Stored", "samples.txt"));

    public static TheoryData<string> Lines => new(Samples);

    [Theory]
    [MemberData(nameof(Lines))]
    public void A_record_of_any_version_is_read_and_written_again_as_it_was(string line)
    {
        var written = Rewrite(StoredEvents.Account, line)
            ?? Rewrite(StoredEvents.Vault, line)
            ?? Rewrite(StoredEvents.ArchiveShard, line)
            ?? Rewrite(StoredEvents.Jobs, line)
            ?? Rewrite(StoredEvents.Upload, line);
        Assert.Equal(line, written);
    }

    [Fact]
    public void Every_stored_name_has_a_sample()
    {
        IEnumerable<string> names = StoredEvents.Account.Shapes.Keys
            .Concat(StoredEvents.Vault.Shapes.Keys)
            .Concat(StoredEvents.ArchiveShard.Shapes.Keys)
            .Concat(StoredEvents.Jobs.Shapes.Keys)
            .Concat(StoredEvents.Upload.Shapes.Keys);
        Assert.Equal(names.Order(StringComparer.Ordinal), Samples.Select(NameOf).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_event_has_a_stored_shape()
    {
        AssertStored<AccountEvent>(StoredEvents.Account);
        AssertStored<VaultEvent>(StoredEvents.Vault);
        AssertStored<ArchiveShardEvent>(StoredEvents.ArchiveShard);
        AssertStored<JobsEvent>(StoredEvents.Jobs);
        AssertStored<UploadEvent>(StoredEvents.Upload);
    }

    [Fact]
    public void All_members_of_the_richest_events_come_back()
    {
        AssertComesBack<UploadEvent>(StoredEvents.Upload, new UploadInitiated(Some.Opening()));
        AssertComesBack<UploadEvent>(
            StoredEvents.Upload, new PartStored(7, Some.MiB, Some.Hash("a"), Some.Attempt(1), Some.Noon));
        AssertComesBack<UploadEvent>(StoredEvents.Upload, new UploadCompleted(
            Some.Archive(1).Archive, 40_000L << 30, Some.Hash("a"), Some.Noon));
        AssertComesBack<VaultEvent>(StoredEvents.Vault, new ArchivesRecorded(
            new ShardTotals(255, 9, 8, 7, Some.Noon), Some.Upload(3)));
        AssertComesBack<ArchiveShardEvent>(StoredEvents.ArchiveShard, new ArchiveAdded(Some.Archive(1)));
        AssertComesBack<JobsEvent>(StoredEvents.Jobs, new RetrievalStarted(SomeJob));
    }

    [Fact]
    public void Who_keeps_the_bytes_comes_back_in_every_event_that_says_it()
    {
        var opening = Some.Opening(custody: Custody.Elsewhere);
        var archive = Some.Archive(1) with { Custody = Custody.Elsewhere };
        AssertComesBack<VaultEvent>(StoredEvents.Vault, new UploadListed(opening));
        AssertComesBack<UploadEvent>(StoredEvents.Upload, new UploadInitiated(opening));
        AssertComesBack<UploadEvent>(
            StoredEvents.Upload, new LocatedPartStored(7, Some.MiB, Some.Hash("a"), Some.Location("\"<a>\" & 'b'"), Some.Noon));
        AssertComesBack<ArchiveShardEvent>(StoredEvents.ArchiveShard, new ArchiveAdded(archive));
    }

    [Theory]
    [InlineData("upload-listed.1", Custody.Gateway)]
    [InlineData("upload-listed.2", Custody.Elsewhere)]
    public void A_record_that_does_not_say_who_keeps_the_bytes_means_the_gateway(string name, Custody custody)
    {
        var sample = Encoding.UTF8.GetBytes(Samples.Single(line => NameOf(line) == name));
        var listed = Assert.IsType<UploadListed>(Assert.Single(StoredEvents.Vault.Decode(sample)));
        Assert.Equal(custody, listed.Opening.Custody);
    }

    private static RetrievalJob SomeJob => new(
        JobId.FromRandom(Some.Bytes(JobId.RandomBytes, 1)),
        Some.Archive(1),
        new PartRange(0, Some.MiB - 1),
        Some.Hash("a"),
        new JobWish(Some.Described("for \"Ann\" \\ <Bob>"), "arn:aws:sns:us-east-1:111122223333:ready", RetrievalTier.Bulk),
        Some.Noon,
        Some.Noon + TimeSpan.FromHours(12));

    private static void AssertStored<TEvent>(EventCodec<TEvent> codec)
        where TEvent : class
    {
        var events = typeof(TEvent).Assembly.GetTypes().Where(
            type => !type.IsAbstract && type.IsSubclassOf(typeof(TEvent)));
        Assert.Equal(
            events.Select(type => type.Name).Order(StringComparer.Ordinal),
            codec.Shapes.Values.Select(shape => shape.Type.Name).Distinct().Order(StringComparer.Ordinal));
    }

    private static void AssertComesBack<TEvent>(EventCodec<TEvent> codec, TEvent happened)
        where TEvent : class => Assert.Equal(happened, Assert.Single(codec.Decode(Encode(codec, [happened]).WrittenMemory)));

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
