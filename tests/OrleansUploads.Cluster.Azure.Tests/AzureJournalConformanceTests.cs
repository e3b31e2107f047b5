using OrleansUploads.Cluster.Tests.Journal;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Cluster.Azure.Tests;

/// <summary>The conformance tests of journals for journals in tables.</summary>
public sealed class AzureJournalConformanceTests(SharedHost host) : JournalConformance, IClassFixture<SharedHost>
{
    /// <summary>A table's key has 512 characters, and the service ID, the grain's type and the prefix of the test are in it.
    /// The longest key is that of a shard of a vault whose name has 255 characters: less than 300.</summary>
    protected override int MaxKeyChars => 360;

    protected override async ValueTask<IJournal> CreateAsync() => new CombinedJournals(await host.StartAsync(), Guid.NewGuid().ToString("N"));

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
