namespace OrleansUploads.Cluster.Uploads;

/// <summary>An upload, as gateways ask it which parts to grant.</summary>
[Alias("OrleansUploads.IWriteClaimsGrain")]
internal interface IWriteClaimsGrain : IGrainWithStringKey
{
    /// <summary>The maximum time for an answer. Without one, parts are granted that others may write, too.</summary>
    const string AnswerTime = "00:00:02";

    /// <summary>Claims parts, as <see cref="IWriteClaims"/> says.</summary>
    /// <param name="numbers">The numbers of the parts.</param>
    /// <param name="atMost">How many are wanted, or null for all.</param>
    /// <returns>The numbers of the parts that the caller has now.</returns>
    [Alias("Claim")]
    [ResponseTimeout(AnswerTime)]
    ValueTask<int[]> ClaimAsync(int[] numbers, int? atMost);
}
