using OrleansUploads.Cluster.Tests.Storage;
using OrleansUploads.Engine.Ports;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>The journal over grain storage keeps the contract of all journals.</summary>
public sealed class GrainStorageJournalConformanceTests : JournalConformance
{
    protected override ValueTask<IJournal> CreateAsync() => new(new EachWithItsOwnJournal(new SharedGrainStorage()));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>And with the rows as the default serializer of Orleans' providers writes them; none of them becomes large.</summary>
public sealed class SerializedJournalConformanceTests : JournalConformance
{
    private const int MaxSerializedRowBytes = 68 * 1024;

    private readonly SharedGrainStorage _storage = new(DefaultSerializer.Instance);

    protected override ValueTask<IJournal> CreateAsync() => new(new EachWithItsOwnJournal(_storage));

    public override ValueTask DisposeAsync()
    {
        Assert.InRange(_storage.LargestRowBytes, 0, MaxSerializedRowBytes);
        return ValueTask.CompletedTask;
    }
}
