using System.Net;

namespace OrleansUploads.Core.Policies;

/// <summary>The request that policies are evaluated for: caller, operation, vault, time and origin.</summary>
public sealed record PolicyRequest
{
    /// <summary>What the request does.</summary>
    public required VaultAction Action { get; init; }

    /// <summary>The account that owns the vault.</summary>
    public required AccountId Owner { get; init; }

    /// <summary>The account of the access key that signed the request. Every key acts for the whole account, like Amazon's root
    /// user.</summary>
    public required AccountId Caller { get; init; }

    /// <summary>When the request was received.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The client's IP address, or null if it is unknown.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>Whether the request was received over TLS.</summary>
    public bool IsSecure { get; init; }

    /// <summary>The client's <c>User-Agent</c> header, or null.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The vault's tags: values by key.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Age of the archive that the request names, in whole days, or null if it names no existing archive.</summary>
    public long? ArchiveAgeDays { get; init; }

    /// <summary>Whether the caller owns the vault.</summary>
    public bool IsOwner => Caller == Owner;

    /// <summary>The action's name in policies.</summary>
    public string ActionName => VaultActions.NameOf(Action);

    /// <summary>The caller's name in policies.</summary>
    public string CallerArn => $"arn:aws:iam::{Caller}:root";
}
