using System.Globalization;
using OrleansUploads.Core.Deciding;
using OrleansUploads.Core.Keys;
using OrleansUploads.Engine.Entities;
using OrleansUploads.Engine.Keys;

namespace OrleansUploads.Benchmarks.Objects;

/// <summary>Counts the leaves that a page of common prefixes reads, on the engine of <c>serve</c>.</summary>
internal sealed class LeafCount(IEntityHost host) : IEntityHost
{
    private int _reads;

    /// <summary>Lists the first page of a bucket.</summary>
    /// <param name="folder">The data folder.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="limit">The length of the page.</param>
    /// <param name="cancellationToken">Cancels the work.</param>
    /// <returns>The number of leaves that were read for each common prefix.</returns>
    public static async Task<double> OfPageAsync(
        string folder, BucketIncarnation bucket, int limit, CancellationToken cancellationToken)
    {
        await using var opened = FolderEngine.Open(folder, TimeProvider.System);
        var counted = new LeafCount(opened.Engine.Host);
        var listing = new KeyListing(new KeyIndexId(bucket, KeyTree.Objects), Prefix: "", Delimiter: "/", After: null, limit);
        var page = await new KeyLister(new KeyIndex(counted)).ListAsync(listing, cancellationToken);
        Session.Report(string.Create(
            CultureInfo.InvariantCulture, $"  {page.CommonPrefixes.Count:N0} common prefixes read {counted._reads:N0} leaves"));
        return (double)counted._reads / page.CommonPrefixes.Count;
    }

    public ValueTask<TrackedAnswer> SendAsync(EntityId entity, ICommand command, CancellationToken cancellationToken)
    {
        _reads += command is ReadLeaf ? 1 : 0;
        return host.SendAsync(entity, command, cancellationToken);
    }
}
