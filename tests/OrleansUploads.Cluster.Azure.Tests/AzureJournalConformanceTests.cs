using OrleansUploads.Cluster.Tests.Journal;
using OrleansUploads.TestKit.Journals;

namespace OrleansUploads.Cluster.Azure.Tests;

/// <summary>The conformance tests of journals for journals in tables.</summary>
public sealed class AzureJournalConformanceTests(AzuriteServer azurite) : JournalConformance
{
    private RunningHost? _host;

    /// <summary>A table's key has 512 characters, and the service ID and the grain's type are in it. The longest key is that of a shard of a
    /// vault whose name has 255 characters: less than 300.</summary>
    protected override int MaxKeyChars => 400;

    protected override async ValueTask<IJournal> CreateAsync()
    {
        _host = await RunningHost.StartAsync(await azurite.CreateClusterAsync());
        return new CombinedJournals(_host.Storage);
    }

    public override ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
}
