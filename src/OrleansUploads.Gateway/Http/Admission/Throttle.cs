namespace OrleansUploads.Gateway.Http.Admission;

/// <summary>Which limit a refused request has reached.</summary>
internal enum ThrottleCause
{
    /// <summary>The account has its share of the server's transfers.</summary>
    AccountShare,

    /// <summary>The address has its share of its account's transfers.</summary>
    AddressShare,

    /// <summary>The server has as many transfers as it can have, for all accounts together.</summary>
    Server,

    /// <summary>The server has as many documents in memory as it can have.</summary>
    Documents,
}

/// <summary>Why the server refuses a request for now.</summary>
/// <param name="Cause">The limit that was reached.</param>
/// <param name="RetryAfter">How long the client should wait before it tries again.</param>
internal readonly record struct Throttle(ThrottleCause Cause, TimeSpan RetryAfter);
