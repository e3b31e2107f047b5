namespace OrleansUploads.Engine.Ownership;

/// <summary>Keeps, beside the decisions, the claims that were made for them, and the latest renewal.</summary>
public interface IClaimRecord
{
    /// <summary>Identifies these decisions, and no copy of them. Any text.</summary>
    ValueTask<string> ReadIdentityAsync(CancellationToken cancellationToken);

    ValueTask<KeptClaims> FindAsync(CancellationToken cancellationToken);

    /// <summary>Replaces what was kept, durably.</summary>
    ValueTask KeepAsync(KeptClaims claims, CancellationToken cancellationToken);

    /// <summary>The name of the latest renewal, or null.</summary>
    ValueTask<string?> FindRenewalAsync(CancellationToken cancellationToken);

    /// <summary>Replaces the latest renewal, durably. Returns false if it is not <paramref name="previous"/>.</summary>
    ValueTask<bool> TryKeepRenewalAsync(string renewal, string? previous, CancellationToken cancellationToken);
}

/// <summary>The claims that decisions know as their own.</summary>
/// <param name="Held">The name of the claim that holds the store, or null.</param>
/// <param name="Begun">The name of a claim that was being made, or null. A start may have ended before its outcome was kept.</param>
public readonly record struct KeptClaims(string? Held, string? Begun = null);
