using System.Net;

namespace OrleansUploads.Core.Policies;

/// <summary>The request that policies are evaluated for: caller, operation, vault, time and origin.</summary>
public sealed record PolicyRequest
{
    public required VaultAction Action { get; init; }

    public required AccountId Owner { get; init; }

    /// <summary>The account of the access key that signed the request. Every key acts for the whole account, like Amazon's root
    /// user.</summary>
    public required AccountId Caller { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>The address of the client, or null if it is unknown.</summary>
    public IPAddress? Source { get; init; }

    public bool IsSecure { get; init; }

    /// <summary>The user agent of the client, or null if the request names none.</summary>
    public string? UserAgent { get; init; }

    /// <summary>The tags of the vault: values by key.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Age of the archive that the request names, in whole days, or null if it names no existing archive.</summary>
    public long? ArchiveAgeDays { get; init; }

    /// <summary>Whether the caller owns the vault.</summary>
    public bool IsOwner => Caller == Owner;

    public string ActionName => VaultActions.NameOf(Action);

    public string CallerArn => $"arn:aws:iam::{Caller}:root";
}
