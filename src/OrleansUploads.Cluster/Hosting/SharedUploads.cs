namespace OrleansUploads.Cluster.Hosting;

/// <summary>Asks the grain of an upload what nodes that share it need to know. So the nodes may ask any silo.</summary>
internal sealed class SharedUploads(IGrainFactory grains, TimeProvider time) : IWriteClaims, IUploadEnds
{
    private readonly EntityGrains _grains = new(grains);

    public async ValueTask<IReadOnlyList<int>> ClaimAsync(
        UploadId upload, IReadOnlyList<int> numbers, int? atMost, CancellationToken cancellationToken)
    {
        try
        {
            return await _grains.SharedOf(upload).ClaimAsync([.. numbers], atMost).AsTask().WaitAsync(cancellationToken);
        }
        catch (Exception fault) when (ClusterHost.IsLostCall(fault, cancellationToken))
        {
            // Writing a part twice costs less than refusing a grant for lack of advice.
            return [.. numbers.Take(atMost ?? numbers.Count)];
        }
    }

    public async ValueTask AwaitEndAsync(UploadId upload, TimeSpan atMost, CancellationToken cancellationToken)
    {
        try
        {
            await _grains.SharedOf(upload).AwaitEndAsync(atMost).AsTask().WaitAsync(cancellationToken);
        }
        catch (Exception fault) when (ClusterHost.IsLostCall(fault, cancellationToken))
        {
            // The caller asks the upload next, so it must not do so at once while the cluster does not answer.
            await Task.Delay(atMost, time, cancellationToken);
        }
    }
}
