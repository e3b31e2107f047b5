namespace OrleansUploads.Engine.Ports;

/// <summary>Divides the parts of an upload among the nodes that write them. This is only advice: two nodes may get the same part.</summary>
public interface IWriteClaims
{
    /// <summary>Claims parts of an upload.</summary>
    /// <param name="numbers">The numbers of the parts.</param>
    /// <param name="atMost">How many are wanted, only of those that were not claimed a short while ago; null for all parts.</param>
    /// <param name="cancellationToken">Cancels the call. Parts may be claimed already.</param>
    /// <returns>The numbers of the parts that the caller has now, in their order.</returns>
    ValueTask<IReadOnlyList<int>> ClaimAsync(
        UploadId upload, IReadOnlyList<int> numbers, int? atMost, CancellationToken cancellationToken);
}
