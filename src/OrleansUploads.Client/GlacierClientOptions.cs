namespace OrleansUploads.Client;

/// <summary>Where a <see cref="GlacierClient"/> sends its requests, in whose name, and how patiently.</summary>
public sealed record GlacierClientOptions
{
    /// <summary>Scheme, host and port, without a path: <c>http://127.0.0.1:9600</c>.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region that requests are signed for, such as <c>us-east-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>Names the secret key to the server.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>Signs the requests; never sent.</summary>
    public required string SecretAccessKey { get; init; }

    /// <summary>The account in the paths: twelve digits, or <c>-</c> for the account of the access key.</summary>
    public string AccountId { get; init; } = "-";

    /// <summary>Which failures are tried again, and when.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>An attempt in which not one byte moves for this long is given up, and counts as transient. There is no
    /// limit on the whole attempt, so that a 4 GiB part may take its time.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock for signatures, delays and timeouts.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>All but the secret.</summary>
    public override string ToString() => $"{Endpoint} region {Region} account {AccountId} as {AccessKeyId}";
}
