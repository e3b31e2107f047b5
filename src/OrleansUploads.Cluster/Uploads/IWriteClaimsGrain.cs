namespace OrleansUploads.Cluster.Uploads;

/// <summary>The grain of an upload, for gateways: it says which parts they should grant.</summary>
[Alias("OrleansUploads.IWriteClaimsGrain")]
internal interface IWriteClaimsGrain : IGrainWithStringKey
{
    /// <summary>The maximum time for an answer. Without one, the gateway grants parts that other nodes may write, too.</summary>
    const string AnswerTime = "00:00:02";

    /// <summary>Claims parts, as <see cref="IWriteClaims"/> says.</summary>
    /// <param name="numbers">The numbers of the parts.</param>
    /// <param name="atMost">How many are wanted, or null for all.</param>
    /// <returns>The numbers of the parts that the caller has now.</returns>
    [Alias("Claim")]
    [ResponseTimeout(AnswerTime)]
    ValueTask<int[]> ClaimAsync(int[] numbers, int? atMost);
}
