using System.Net;
using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Core.Policies;

/// <summary>What a policy is asked about: who wants to do what to a vault, when and from where.</summary>
public sealed record PolicyRequest
{
    /// <summary>The operation's name, such as <c>DeleteArchive</c>.</summary>
    public required string Operation { get; init; }

    /// <summary>The account that owns the vault.</summary>
    public required AccountId Owner { get; init; }

    /// <summary>The account that the signer acts for. Each of its keys acts for all of it, as Amazon's root does.</summary>
    public required AccountId Caller { get; init; }

    /// <summary>When the request came.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The other end of the connection; null where it is not known.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Whether the request came over TLS.</summary>
    public bool IsSecure { get; init; }

    /// <summary>What the client calls itself; null where it does not.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The vault's tags, values by keys.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>How many whole days ago the archive that the request names was created; null where it names none that is
    /// there.</summary>
    public long? ArchiveAgeDays { get; init; }

    /// <summary>Whether the vault is the caller's own.</summary>
    public bool IsOwner => Caller == Owner;

    /// <summary>The operation as policies name it.</summary>
    public string Action => PolicyActions.Prefix + Operation;

    /// <summary>The caller as policies name it.</summary>
    public string CallerArn => $"arn:aws:iam::{Caller}:root";
}
