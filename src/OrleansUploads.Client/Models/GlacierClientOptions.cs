namespace OrleansUploads.Client.Models;

/// <summary>The endpoint, credentials and retry settings of a <see cref="GlacierClient"/>.</summary>
public sealed record GlacierClientOptions
{
    /// <summary>The server's address such as <c>http://127.0.0.1:9400</c>, with a path if an application serves uploads
    /// below one.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region that requests are signed for, such as <c>us-east-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The access key ID, which identifies the secret key to the server.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The secret key that signs the requests. It is never sent.</summary>
    public required string SecretAccessKey { get; init; }

    /// <summary>The token that temporary credentials come with, or null for none.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The account ID: 12 digits, or <c>-</c> for the account of the access key.</summary>
    public string AccountId { get; init; } = "-";

    /// <summary>The maximum number of attempts and the delays between them.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>The client cancels an attempt if no byte is transferred for this long, or less than 16 KiB of a download, and treats it as a
    /// transient failure. The total duration of an attempt is not limited, because a 4 GiB part can take a long time.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The maximum rate of all bodies of archives together, or null for no maximum.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>The clock used for signatures, delays and timeouts.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Returns the endpoint, region, account and access key ID, but not the secret.</summary>
    public override string ToString() => $"{Endpoint} region {Region} account {AccountId} as {AccessKeyId}";
}
