namespace OrleansUploads.Cluster.Uploads;

/// <summary>The grain of an upload, for gateways of nodes that share it. What it answers is only advice.</summary>
[Alias("OrleansUploads.ISharedUploadGrain")]
internal interface ISharedUploadGrain : IGrainWithStringKey
{
    /// <summary>The maximum time for claims. Without them, the gateway grants parts that other nodes may write, too.</summary>
    const string ClaimTime = "00:00:02";

    /// <summary>The maximum time for waiting. It is longer than a gateway waits at a time.</summary>
    const string EndTime = "00:00:15";

    /// <summary>Claims parts, as <see cref="IWriteClaims"/> says.</summary>
    /// <param name="numbers">The numbers of the parts.</param>
    /// <param name="atMost">How many are wanted, or null for all.</param>
    /// <returns>The numbers of the parts that the caller has now.</returns>
    [Alias("Claim")]
    [ResponseTimeout(ClaimTime)]
    ValueTask<int[]> ClaimAsync(int[] numbers, int? atMost);

    /// <summary>Waits for the end of the upload, as <see cref="IUploadEnds"/> says.</summary>
    /// <param name="atMost">How long to wait.</param>
    [Alias("AwaitEnd")]
    [ResponseTimeout(EndTime)]
    ValueTask AwaitEndAsync(TimeSpan atMost);
}
