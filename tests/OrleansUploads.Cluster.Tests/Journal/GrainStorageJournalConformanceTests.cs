using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;
using Orleans.Storage;
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

/// <summary>And with the rows as the default serializer of Orleans' providers writes them.</summary>
public sealed class SerializedJournalConformanceTests : JournalConformance
{
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSerializer()
        .AddSingleton<OrleansJsonSerializer>()
        .BuildServiceProvider();

    private SharedGrainStorage _storage = null!;

    protected override ValueTask<IJournal> CreateAsync()
    {
        _storage = new SharedGrainStorage(new JsonGrainStorageSerializer(_services.GetRequiredService<OrleansJsonSerializer>()));
        return new(new EachWithItsOwnJournal(_storage));
    }

    public override ValueTask DisposeAsync()
    {
        Assert.InRange(_storage.LargestRowBytes, 0, 100 * 1024);
        return _services.DisposeAsync();
    }
}
