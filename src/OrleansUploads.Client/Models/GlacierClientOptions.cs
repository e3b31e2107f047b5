using System.Diagnostics.CodeAnalysis;

namespace OrleansUploads.Client.Models;

/// <summary>The endpoint, credentials and retry settings of a <see cref="GlacierClient"/>.</summary>
public sealed record GlacierClientOptions
{
    private static readonly TimeSpan LongestIdleTimeout = TimeSpan.FromDays(24);

    /// <summary>The server's address such as <c>http://127.0.0.1:9400</c>, with a path if an application serves uploads
    /// below one.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region that requests are signed for, such as <c>us-east-1</c>.</summary>
    public required string Region { get; init; }

    /// <summary>The access key ID, which identifies the secret key to the server.</summary>
    public required string AccessKeyId { get; init; }

    /// <summary>The secret key that signs the requests. It is never sent.</summary>
    public required string SecretAccessKey { get; init; }

    /// <summary>The token that temporary credentials come with, or null or an empty text for none.</summary>
    public string? SessionToken { get; init; }

    /// <summary>The account ID: 12 digits, or <c>-</c> for the account of the access key.</summary>
    public string AccountId { get; init; } = "-";

    /// <summary>The maximum number of attempts and the delays between them.</summary>
    public RetryPolicy Retry { get; init; } = RetryPolicy.Default;

    /// <summary>The client cancels an attempt if no byte is transferred for this long, or less than 16 KiB of a download, and treats it as a
    /// transient failure. At most 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>. The total duration of an attempt is not limited,
    /// because a 4 GiB part can take a long time.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The maximum rate of all bodies of archives together, or null for no maximum.</summary>
    public RateLimit? RateLimit { get; init; }

    /// <summary>The clock used for signatures, delays and timeouts.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Returns the endpoint, region, account and access key ID, but not the secret.</summary>
    public override string ToString() => $"{Endpoint} region {Region} account {AccountId} as {AccessKeyId}";

    /// <summary>Fails at once for what every request would fail for.</summary>
    /// <exception cref="ArgumentException">An option is missing or not valid.</exception>
    internal void RequireValid(string parameter)
    {
        if (Endpoint is not { IsAbsoluteUri: true, Scheme: "http" or "https", Query: "", Fragment: "" })
        {
            throw new ArgumentException(
                $"The endpoint '{Endpoint}' is not valid. It must be an http or https address with scheme, host and port, without a query.",
                parameter);
        }

        RequireHeaderText(Region, nameof(Region), parameter);
        RequireHeaderText(AccessKeyId, nameof(AccessKeyId), parameter);
        RequireHeaderText(AccountId, nameof(AccountId), parameter);
        if (SessionToken is { Length: > 0 })
        {
            RequireHeaderText(SessionToken, nameof(SessionToken), parameter);
        }

        RequireSet(SecretAccessKey, nameof(SecretAccessKey), parameter);
        if (SecretAccessKey.Trim().Length < SecretAccessKey.Length)
        {
            throw new ArgumentException(
                $"{nameof(SecretAccessKey)} begins or ends with white space, such as the line end of a file. Remove it.", parameter);
        }

        RequireSet(Retry, nameof(Retry), parameter);
        RequireSet(TimeProvider, nameof(TimeProvider), parameter);
        if (IdleTimeout != Timeout.InfiniteTimeSpan && (IdleTimeout <= TimeSpan.Zero || IdleTimeout > LongestIdleTimeout))
        {
            throw new ArgumentOutOfRangeException(
                parameter,
                IdleTimeout,
                $"{nameof(IdleTimeout)} must be longer than zero and at most {LongestIdleTimeout.Days} days, or infinite.");
        }
    }

    private static void RequireSet([NotNull] object? value, string name, string parameter)
    {
        if (value is null or "")
        {
            throw new ArgumentException($"{name} is missing. Set it in the {nameof(GlacierClientOptions)}.", parameter);
        }
    }

    private static void RequireHeaderText(string? value, string name, string parameter)
    {
        RequireSet(value, name, parameter);
        if (value.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            throw new ArgumentException(
                $"{name} has a blank, a line end or another character that is not printable ASCII. Remove it.", parameter);
        }
    }
}
