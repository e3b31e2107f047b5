namespace OrleansUploads.Cluster.Hosting;

/// <summary>The claims of a cluster. The grain of an upload has them, so that nodes may ask any silo.</summary>
internal sealed class UploadWriteClaims(IGrainFactory grains) : IWriteClaims
{
    private readonly EntityGrains _grains = new(grains);

    public async ValueTask<IReadOnlyList<int>> ClaimAsync(
        UploadId upload, IReadOnlyList<int> numbers, int? atMost, CancellationToken cancellationToken)
    {
        try
        {
            return await _grains.ClaimsOf(upload).ClaimAsync([.. numbers], atMost).AsTask().WaitAsync(cancellationToken);
        }
        catch (Exception fault) when (ClusterHost.IsLostCall(fault, cancellationToken))
        {
            // Writing a part twice costs less than refusing a grant for lack of advice.
            return [.. numbers.Take(atMost ?? numbers.Count)];
        }
    }
}
