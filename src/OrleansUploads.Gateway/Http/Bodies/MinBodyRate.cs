namespace OrleansUploads.Gateway.Http.Bodies;

/// <summary>How slowly a client may send a body.</summary>
/// <param name="StallTimeout">How long the client may send nothing at all.</param>
/// <param name="Window">How much waiting for bytes the rate is measured over. Time in which the server itself is busy does not
/// count.</param>
/// <param name="BytesPerSecond">The minimum rate while the account has few transfer slots.</param>
/// <param name="BytesPerSecondWhenScarce">The minimum rate while the account has all the slots that it may have.</param>
internal sealed record MinBodyRate(
    TimeSpan StallTimeout, TimeSpan Window, double BytesPerSecond, double BytesPerSecondWhenScarce)
{
    /// <summary>The minimum rate rises above this scarcity.</summary>
    private const double RisesAbove = 0.5;

    /// <summary>The configured minimum rate.</summary>
    public static MinBodyRate From(GatewayOptions options) => new(
        options.BodyStallTimeout,
        options.BodyRateWindow,
        options.MinBodyBytesPerSecond,
        options.MinBodyBytesPerSecondWhenScarce);

    /// <summary>The minimum rate at a given scarcity of slots.</summary>
    /// <param name="scarcity">How scarce slots are for the sender, 0 to 1.</param>
    /// <returns>Bytes per second. The rate rises exponentially, because the rates of honest senders differ by factors.</returns>
    public double AtScarcity(double scarcity)
    {
        var risen = Math.Clamp((scarcity - RisesAbove) / (1 - RisesAbove), 0, 1);
        return BytesPerSecondWhenScarce <= BytesPerSecond || risen == 0
            ? BytesPerSecond
            : Math.Max(BytesPerSecond, 1) * Math.Pow(BytesPerSecondWhenScarce / Math.Max(BytesPerSecond, 1), risen);
    }
}
