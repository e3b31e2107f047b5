namespace OrleansUploads.Gateway;

public sealed record GatewayOptions
{
    public const string DefaultRegion = "us-east-1";

    /// <summary>Maximum length in bytes of a body that is not an upload, unless its operation allows more.</summary>
    public const int MaxDocumentBytes = 64 * 1024;

    /// <summary>The region in the ARNs of all vaults, regardless of the region that a request is signed for.</summary>
    public string Region { get; init; } = DefaultRegion;

    /// <summary>Whether requests that are signed for another region are accepted. They are by default, because a region means nothing
    /// for a self-hosted server and clients usually have one configured.</summary>
    public bool AcceptsOtherRegions { get; init; } = true;

    /// <summary>The server's own domain for S3. A request to <c>bucket.domain</c> is for that bucket. Null, the default, means that
    /// only paths name buckets.</summary>
    public string? S3Domain { get; init; }

    public SignatureVersion2 SignatureVersion2 { get; init; } = SignatureVersion2.Presigned;

    /// <summary>If set, the server does not verify signatures, and every request acts for this account. Use it only on addresses that
    /// others cannot reach. Null, the default, means that every request must be signed.</summary>
    public AccountId? AnonymousAccount { get; init; }

    /// <summary>The account of the operators. Its keys without limits see the server itself in the dashboard. Null for the
    /// account of key pairs for which no account is named.</summary>
    public AccountId? OperatorAccount { get; init; }

    /// <summary>The name of this process in the timelines of uploads.</summary>
    public string NodeName { get; init; } = Environment.MachineName;

    /// <summary>Maximum number of open connections; lower if the process may not have that many file descriptors.</summary>
    public int MaxConnections { get; init; } = 4096;

    /// <summary>Number of file descriptors reserved for everything other than connections, bodies and outputs: the program itself, the
    /// journal, directories.</summary>
    public int ReservedDescriptors { get; init; } = 384;

    /// <summary>Maximum time from the first to the last byte of a request's headers.</summary>
    public TimeSpan HeaderTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a connection may be idle before its first request and between requests.</summary>
    public TimeSpan KeepAliveTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Maximum number of upload bodies that are read at the same time; lower if the process may not have that many file
    /// descriptors.</summary>
    public int MaxConcurrentBodies { get; init; } = 256;

    /// <summary>Maximum number of job outputs that are sent at the same time; lower if the process may not have that many file
    /// descriptors.</summary>
    public int MaxConcurrentOutputs { get; init; } = 256;

    /// <summary>Maximum number of waiting bodies, and of waiting outputs. Further requests are throttled.</summary>
    public int MaxWaitingBodies { get; init; } = 1024;

    /// <summary>The fraction of all bodies, of all outputs and of all waiting positions that one account may have while it is alone, 0
    /// to 1. One address may have the same fraction of its account's. 1 means no limit.</summary>
    public double AccountShare { get; init; } = 0.75;

    /// <summary>The minimum rate of a body, in bytes per second; 0 for none.</summary>
    public double MinBodyBytesPerSecond { get; init; } = 240;

    /// <summary>The minimum rate of a body while the sender's account has all the transfers that it may have. In between, the minimum
    /// rises gradually.</summary>
    public double MinBodyBytesPerSecondWhenScarce { get; init; } = 16 * 1024;

    /// <summary>How much waiting for the sender the rate of a body is measured over; more than a second. A body that stops is refused after
    /// at most twice this time, however fast it was before.</summary>
    public TimeSpan BodyRateWindow { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>What a server accepts of Signature Version 2.</summary>
public enum SignatureVersion2
{
    /// <summary>URLs that are presigned to read or store an object or a part.</summary>
    Presigned,

    /// <summary>Nothing.</summary>
    Off,
}
