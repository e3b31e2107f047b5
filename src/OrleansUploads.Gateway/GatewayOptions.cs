using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Gateway;

/// <summary>How the gateway is set up.</summary>
public sealed record GatewayOptions
{
    /// <summary>Default of <see cref="Region"/>.</summary>
    public const string DefaultRegion = "us-east-1";

    /// <summary>Default of <see cref="ClockTolerance"/>, as in most of Amazon's services.</summary>
    public static readonly TimeSpan DefaultClockTolerance = TimeSpan.FromMinutes(15);

    /// <summary>The region that the names (ARNs) of all vaults show, whichever region a request is signed for.</summary>
    public string Region { get; init; } = DefaultRegion;

    /// <summary>Whether requests that are signed for another region are served too. They are by default: a region says
    /// nothing about a server of one's own, and clients have one in their configuration already.</summary>
    public bool AcceptsOtherRegions { get; init; } = true;

    /// <summary>How far a request's clock may be from ours, either way.</summary>
    public TimeSpan ClockTolerance { get; init; } = DefaultClockTolerance;

    /// <summary>The account that everybody is, without any signature; null, the default, means that every request must be
    /// signed. Only for addresses that nobody else can reach.</summary>
    public AccountId? AnonymousAccount { get; init; }

    /// <summary>Longest body of any request but an upload.</summary>
    public int MaxSmallBodyBytes { get; init; } = 64 * 1024;

    /// <summary>Longest headers of a request, names and values together.</summary>
    public int MaxHeaderBytes { get; init; } = 16 * 1024;

    /// <summary>How many upload bodies are taken in at the same time.</summary>
    public int MaxConcurrentBodies { get; init; } = 256;

    /// <summary>How many further uploads wait for their turn; what comes on top is told to slow down.</summary>
    public int MaxWaitingBodies { get; init; } = 1024;

    /// <summary>A body of which nothing has come for this long has stalled, however much came before.</summary>
    public TimeSpan BodyPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A body that comes slower than this, over all of it, has stalled.</summary>
    public double MinBodyBytesPerSecond { get; init; } = 240;

    /// <summary>How long a body may take before its rate counts; more than a second.</summary>
    public TimeSpan BodyRateGrace { get; init; } = TimeSpan.FromSeconds(20);
}
