using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Cluster.Tests.Journal;

/// <summary>The conformance tests of journals for the journal over grain storage.</summary>
public sealed class GrainStorageJournalConformanceTests : JournalConformance
{
    protected override ValueTask<IJournal> CreateAsync() => new(new CombinedJournals(new SharedGrainStorage()));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>The same with rows in the default serialization of Orleans' providers. No row may become large.</summary>
public sealed class SerializedJournalConformanceTests : JournalConformance
{
    private const int MaxSerializedRowBytes = 68 * 1024;

    private readonly SharedGrainStorage _storage = new(DefaultSerializer.Instance);

    protected override ValueTask<IJournal> CreateAsync() => new(new CombinedJournals(_storage));

    public override ValueTask DisposeAsync()
    {
        Assert.InRange(_storage.LargestRowBytes, 0, MaxSerializedRowBytes);
        return ValueTask.CompletedTask;
    }
}
